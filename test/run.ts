/**
 * `npm test`: type check, lint, then every test, one kind after the other, so that the crash tests have the machine to themselves.
 * Ends with the line `N passed, N failed` alone.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const artefacts = fileURLToPath(new URL('./artefacts/', import.meta.url));
rmSync(artefacts, { recursive: true, force: true });
mkdirSync(artefacts, { recursive: true });

let passed = 0;
let failed = 0;

function check(name: string, command: string, args: string[]): void {
  console.log(`\n== ${name}`);
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (result.status === 0) passed++;
  else failed++;
}

function tests(project: string): void {
  console.log(`\n== ${project}`);
  const report = `${artefacts}${project}.json`;
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const result = spawnSync('vitest', args, { cwd: root, stdio: 'inherit' });
  const counts = readReport(report);
  passed += counts.passed;
  // A suite that could not even be loaded has no test to count.
  failed += counts.failed + (result.status !== 0 && counts.failed === 0 ? 1 : 0);
  console.log(`${project}: ${counts.passed} passed, ${counts.failed} failed`);
}

function readReport(file: string): { passed: number; failed: number } {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as { numPassedTests: number; numFailedTests: number };
    return { passed: report.numPassedTests, failed: report.numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

check('types', 'tsc', ['--noEmit']);
check('lint and format', 'biome', ['check', '--error-on-warnings', '.']);
for (const project of ['unit', 'database', 'journeys', 'crash']) tests(project);

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
