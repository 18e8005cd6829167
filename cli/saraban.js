#!/usr/bin/env node
/**
 * `npx saraban …`: finds a Node that reads TypeScript and hands the command to main.ts. Plain JavaScript, because the Node that starts it
 * may be older. It also installs what is missing: npm skips `prestart` where scripts are switched off.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledNode, install, isNodeNewEnough } from './install.js';

const here = dirname(fileURLToPath(import.meta.url));

if (!existsSync(join(here, '../node_modules/.package-lock.json')) || (!isNodeNewEnough() && !bundledNode())) {
  const code = install('run');
  if (code !== 0) process.exit(code);
}

if (isNodeNewEnough()) {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
  // The channel to an older Node that started us would keep this process alive.
  if (process.connected) process.disconnect();
} else {
  runUnder(bundledNode() ?? process.execPath);
}

/** Runs this same file under another Node and ends as it ends. The channel tells the other one when this one is killed. */
function runUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A terminal sends Ctrl-C to both; a service manager to this one alone. Passing it on is right for both, since the other stops once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    console.error(`${node} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
