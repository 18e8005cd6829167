/** One role as a process of its own: started, started again when it dies, stopped in order. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../register/failure.ts';
import type { Log } from '../log.ts';
import type { RoleName, RunningRole } from '../roles/role.ts';
import type { RoleMessage } from './run-roles.ts';

export type RoleProcess = {
  /** Resolves when the role serves for the first time. Rejects with a Failure when it cannot. */
  ready: Promise<RunningRole['ready']>;
  pid(): number | undefined;
  stop(): Promise<void>;
};

export type RoleProcessOptions = {
  role: RoleName;
  /** The script that takes `start --only <role> --supervised`. */
  entry: string;
  /** Asked before each start. */
  environment(): Record<string, string | undefined>;
  /** Where its log goes: a descriptor. */
  logTo: number;
  log: Log;
  /** Called after each start and end. */
  changed(): void;
};

// A role that dies at once again and again must not take the machine with it, and one that died once a week must be back at once.
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const HEALTHY_MS = 60_000;
/** A role that has not ended by then is killed: what it promised is durable, and what it had not promised is tried again. */
const PATIENCE_MS = 30_000;
/** One that does not serve yet has promised nothing. */
const PATIENCE_BEFORE_READY_MS = 1_000;

/** Starts the role's process and keeps it up until `stop`. */
export function startRoleProcess(options: RoleProcessOptions): RoleProcess {
  const { role, log } = options;
  const stopping = new AbortController();
  const ready = Promise.withResolvers<RunningRole['ready']>();
  // Nobody may be waiting any more when it fails.
  ready.promise.catch(() => {});
  let child: ChildProcess | undefined;
  let known: RunningRole['ready'] | undefined;
  let serving = false;

  const runOnce = async (): Promise<Failure | undefined> => {
    serving = false;
    child = start(options, known);
    options.changed();
    let failure: Failure | undefined;
    child.on('message', (message: RoleMessage) => {
      if (message.kind === 'failure') failure = new Failure(message);
      if (message.kind !== 'ready') return;
      known = message.ready;
      serving = true;
      ready.resolve(message.ready);
    });
    const [code, signal] = await ended(child);
    options.changed();
    if (!stopping.signal.aborted) log.error({ child: role, code, signal }, 'a role process has died');
    return failure;
  };

  const keep = async () => {
    let pause = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      const failure = await runOnce();
      // Before it ever served, the person at the terminal is told; trying on in the background would look like a start.
      if (!known) return ready.reject(failure ?? died(role));
      if (performance.now() - since > HEALTHY_MS) pause = FIRST_PAUSE_MS;
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  };
  const keeping = keep();

  return {
    ready: ready.promise,
    pid: () => (child && child.exitCode === null && child.signalCode === null ? child.pid : undefined),
    stop: async () => {
      stopping.abort();
      const last = child;
      if (last && last.exitCode === null && last.signalCode === null) {
        if (last.connected) last.send({ kind: 'stop' }, () => {});
        const kill = setTimeout(
          () => {
            log.warn({ child: role, childProcess: last.pid }, 'a role process does not stop; killing it');
            last.kill('SIGKILL');
          },
          serving ? PATIENCE_MS : PATIENCE_BEFORE_READY_MS,
        );
        await keeping;
        clearTimeout(kill);
      }
      await keeping;
      ready.reject(died(role));
    },
  };
}

/**
 * Flags of the role processes' Node. A machine with much memory would let each grow before it tidies up; a gateway that streams needs little.
 */
export const ROLE_NODE_FLAGS: Record<RoleName, string[]> = {
  gateway: ['--max-semi-space-size=4', '--max-old-space-size=256'],
  worker: ['--max-semi-space-size=8'],
  web: ['--max-semi-space-size=8'],
  night: ['--max-semi-space-size=8', '--max-old-space-size=768'],
};
/**
 * MALLOC_ARENA_MAX: fewer allocation arenas of the C library; buffers of many connections would else lie scattered over many, and none be given back.
 * UV_THREADPOOL_SIZE: Node's threads for files. Each letter waits for two fsyncs, and a file system commits what waits together: with four threads
 * four letters share a commit, with more more of them do.
 */
export const ROLE_ENVIRONMENT = { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '24' };

function start({ role, entry, environment, logTo }: RoleProcessOptions, known: RunningRole['ready'] | undefined): ChildProcess {
  return fork(entry, ['start', '--only', role, '--supervised'], {
    // A process group of its own, or Ctrl-C would reach it before its turn.
    detached: true,
    stdio: ['ignore', logTo, logTo, 'ipc'],
    execArgv: ROLE_NODE_FLAGS[role],
    env: { ...ROLE_ENVIRONMENT, ...environment(), ...samePorts(known) },
  });
}

// A port chosen freely at the first start has been told to people and other roles: after a crash it must be the same.
function samePorts(known: RunningRole['ready'] | undefined): Record<string, string> {
  const ports: Record<string, string> = {};
  const names = { smtpPort: 'SARABAN_SMTP_PORT', lmtpPort: 'SARABAN_LMTP_PORT', webPort: 'SARABAN_WEB_PORT' };
  for (const [key, name] of Object.entries(names)) if (known?.[key] !== undefined) ports[name] = String(known[key]);
  return ports;
}

function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise(resolve => {
    child.once('error', () => resolve([null, null]));
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
}

function died(role: RoleName): Failure {
  return new Failure({
    code: 'role-died',
    temporary: false,
    message: `the role ${role} ended before it was ready`,
    userMessage: {
      th: `ส่วน ${role} เริ่มทำงานไม่สำเร็จ โปรดดูสาเหตุในบันทึกการทำงาน`,
      en: `The part "${role}" did not start: the log says why.`,
    },
  });
}
