/**
 * How fast letters are accepted: the gateway's own process with number, hash chain, fsync and queued job, against (a) the bare database doing the same
 * inserts and (b) Postfix accepting the same letters into its queue and a Maildir. All in one run, in turns, so that a noisy machine is noisy for all.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ROLE_ENVIRONMENT, ROLE_NODE_FLAGS } from '../cli/appliance/role-process.ts';
import { measureNumbering } from './group-commit.ts';
import type { LoadPlan, LoadResult } from './load.ts';
import { postfixIsThere, startPostfix } from './postfix.ts';
import { type Bench, median, withBench } from './setting.ts';

export interface AcceptFigure {
  size: number;
  connections: number;
  rate: number;
  p50: number;
  p99: number;
  /** Letters a second of Postfix, or null where it is not installed. */
  postfix: number | null;
  /** Resident memory of the gateway process at its highest so far, MiB. */
  gatewayMiB: number;
}

const LOADS = [
  { size: 4 * 1024, letters: 600 },
  { size: 300 * 1024, letters: 160 },
  { size: 5 * 1024 * 1024, letters: 48 },
];
const CONNECTIONS = [1, 8, 32];
const ROUNDS = 3;

async function load(plan: LoadPlan): Promise<LoadResult> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./load.ts', import.meta.url)), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const result = JSON.parse(text) as LoadResult;
  if (result.refused > 0) throw new Error(`${result.refused} letters were refused at ${JSON.stringify(plan)}`);
  return result;
}

/** The gateway alone, as it runs on a machine of its own: what follows the 250 is queued, and worked elsewhere. */
async function startGateway(bench: Bench): Promise<{ port: number; mostMiB(): number; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [...ROLE_NODE_FLAGS.gateway, fileURLToPath(new URL('../cli/saraban.js', import.meta.url)), 'start', '--only', 'gateway'],
    {
      env: {
        ...process.env,
        ...ROLE_ENVIRONMENT,
        SARABAN_DATA: bench.folder,
        SARABAN_SMTP_PORT: '0',
        SARABAN_DISK_FLOOR: '0',
        SARABAN_LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', line => {
        const found = /"smtpPort":(\d+)/.exec(line);
        if (found) resolve(Number(found[1]));
      });
    }
    ended.then(() => reject(new Error('the gateway ended')));
  });
  return {
    port,
    mostMiB: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export async function measureAccept(bench: Bench): Promise<AcceptFigure[]> {
  const gateway = await startGateway(bench);
  const postfix = postfixIsThere() ? await startPostfix(bench.folder, 'bench.example') : null;
  const figures: AcceptFigure[] = [];
  try {
    for (const { size, letters } of LOADS) {
      for (const connections of CONNECTIONS) {
        const plan = { address: bench.address, connections, letters: connections === 1 ? Math.ceil(letters / 3) : letters, size };
        const ours: LoadResult[] = [];
        const theirs: LoadResult[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          ours.push(await load({ ...plan, port: gateway.port }));
          if (postfix !== null) theirs.push(await load({ ...plan, port: postfix.port }));
        }
        figures.push({
          size,
          connections,
          rate: median(ours.map(one => one.rate)),
          p50: median(ours.map(one => one.p50)),
          p99: median(ours.map(one => one.p99)),
          postfix: postfix === null ? null : median(theirs.map(one => one.rate)),
          gatewayMiB: gateway.mostMiB(),
        });
      }
    }
  } finally {
    postfix?.stop();
    await gateway.stop();
  }
  return figures;
}

/** Runs and prints the tables. */
export async function benchAccept(): Promise<void> {
  await withBench(async bench => {
    const figures = await measureAccept(bench);
    const bare = new Map((await measureNumbering(bench, CONNECTIONS)).map(figure => [figure.clients, figure]));
    if (!postfixIsThere()) console.log('Postfix is not installed here: no figures of the peer (bench/README.md says how to get it).');
    console.table(
      figures.map(figure => ({
        'letter KiB': Math.round(figure.size / 1024),
        connections: figure.connections,
        'letters/s': figure.rate.toFixed(0),
        'p50 ms': figure.p50.toFixed(1),
        'p99 ms': figure.p99.toFixed(1),
        'of bare database': (figure.rate / (bare.get(figure.connections)?.oneWriter ?? Number.NaN)).toFixed(2),
        'of Postfix': figure.postfix === null ? '-' : (figure.rate / figure.postfix).toFixed(2),
        'gateway MiB': figure.gatewayMiB.toFixed(0),
      })),
    );
    console.table(
      [...bare.values()].map(({ clients, oneEach, oneWriter }) => ({
        clients,
        'one transaction a letter /s': oneEach.toFixed(0),
        'one writer /s': oneWriter.toFixed(0),
        ratio: (oneWriter / oneEach).toFixed(1),
      })),
    );
  });
}
