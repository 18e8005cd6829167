/**
 * `npm run bench` runs all measurements; `npm run bench -- accept` one of them. What the figures mean, and the last ones: bench/README.md.
 */
import { benchAccept } from './accept.ts';
import { benchBackup } from './backup.ts';
import { benchRead } from './read.ts';

const BENCHES: Record<string, () => Promise<void>> = { accept: benchAccept, read: benchRead, backup: benchBackup };

const wanted = process.argv.slice(2);
const unknown = wanted.find(name => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`${unknown}: not one of ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n== ${name}`);
  await bench();
}
