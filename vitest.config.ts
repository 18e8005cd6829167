import { defineConfig } from 'vitest/config';

// Four kinds of test, told apart by name: pure ones beside the code (*.test.ts), those with a database of their own (*.db.test.ts),
// journeys through the real processes and a real browser (test/journeys), and those that break the world (test/crash).
const common = { testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' as const };
const needsDatabase = { ...common, globalSetup: ['test/database/global-setup.ts'] };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'unit', include: ['**/*.test.ts'], exclude: ['**/*.db.test.ts', 'test/**', '**/node_modules/**'] } },
      { test: { ...needsDatabase, name: 'database', include: ['**/*.db.test.ts'], exclude: ['**/node_modules/**'] } },
      { test: { ...common, name: 'journeys', include: ['test/journeys/**/*.test.ts'], fileParallelism: false } },
      { test: { ...common, name: 'crash', include: ['test/crash/**/*.test.ts'], fileParallelism: false } },
    ],
  },
});
