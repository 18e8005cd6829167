/**
 * Runs the `rclone` program: the only place where it is started. Arguments are a list, never a line for a shell. Its log is JSON (--use-json-log), from
 * which progress and the reason of a failure are read.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Failure } from '../../register/failure.ts';
import { notInPlace, placeAway, placeFull, placeRefuses, rcloneMissing } from './failures.ts';

export interface RcloneSettings {
  /** The configuration file; null: rclone's usual one. */
  config: string | null;
  /** --bwlimit; null: none. */
  bandwidth: string | null;
  /** The program; 'rclone' on PATH when not said. */
  program?: string;
  /** How often a whole transfer is tried (3), and each request in it (10). */
  retries?: number;
  lowLevelRetries?: number;
}

export interface RunOptions {
  place: string;
  /** What is asked for, in the words of a Failure `not-in-place`. */
  path?: string;
  /** What rclone names its objects by is below this folder of the place. */
  below?: string;
  onProgress?: ((bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

interface LogLine {
  level: string;
  msg: string;
  object: string;
  bytes: number | null;
}

const MOST_OUTPUT = 256 * 1024 * 1024;
const MOST_LOG = 200;

/**
 * @returns what it wrote to stdout
 * @throws Failure `rclone-missing`, `place-away`, `place-full`, `place-refuses`, `not-in-place`; the signal's reason when it was given up
 */
export async function runRclone(args: string[], settings: RcloneSettings, options: RunOptions): Promise<string> {
  const { signal } = options;
  signal?.throwIfAborted();
  const child = spawn(settings.program ?? 'rclone', [...args, ...commonArguments(settings)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const exited = exitOf(child);
    const [stdout, log, exit] = await Promise.all([readAll(child.stdout), readLog(child.stderr, options), exited]);
    signal?.throwIfAborted();
    if (exit === 0) return stdout;
    throw explain(options.place, options.path, exit, log, options.below);
  } finally {
    signal?.removeEventListener('abort', stop);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

function commonArguments(settings: RcloneSettings): string[] {
  return [
    '--use-json-log',
    '--stats=1s',
    '--stats-log-level=NOTICE',
    `--retries=${settings.retries ?? 3}`,
    `--low-level-retries=${settings.lowLevelRetries ?? 10}`,
    '--contimeout=20s',
    '--timeout=2m',
    '--ask-password=false',
    ...(settings.config === null ? [] : [`--config=${settings.config}`]),
    ...(settings.bandwidth === null ? [] : [`--bwlimit=${settings.bandwidth}`]),
  ];
}

/** AWS_CA_BUNDLE makes rclone's S3 give up ("unable to load custom CA bundle"); our own settings hold secrets that are none of its business. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'AWS_CA_BUNDLE' && !name.startsWith('SARABAN_')));
}

async function exitOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    child.once('error', error => {
      const missing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
      reject(missing ? rcloneMissing(error) : error);
    });
    child.once('close', code => resolve(code ?? -1));
  });
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > MOST_OUTPUT) throw new Error('rclone says more than can be held');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The last lines of the log; progress is told on the way. */
async function readLog(stream: Readable, options: RunOptions): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let rest = '';
  let told = 0;
  const take = (text: string) => {
    const line = parseLine(text);
    if (line === null) return;
    // Its count begins anew when it tries again; ours only grows.
    if (line.bytes !== null && line.bytes > told) {
      options.onProgress?.(line.bytes - told);
      told = line.bytes;
    }
    lines.push(line);
    if (lines.length > MOST_LOG) lines.shift();
  };
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  }
  take(rest);
  return lines;
}

function parseLine(text: string): LogLine | null {
  if (text.trim() === '') return null;
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null) return null;
    const word = (name: string) =>
      name in line && typeof line[name as keyof typeof line] === 'string' ? String(line[name as keyof typeof line]) : '';
    const stats = 'stats' in line && typeof line.stats === 'object' && line.stats !== null ? line.stats : null;
    const bytes = stats !== null && 'bytes' in stats && typeof stats.bytes === 'number' ? stats.bytes : null;
    return { level: word('level'), msg: word('msg'), object: word('object'), bytes };
  } catch {
    // Fatal errors are written plain: '2026/11/22 21:50:52 Failed to copy: …'.
    return { level: 'error', msg: text.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, ''), object: '', bytes: null };
  }
}

const IMMUTABLE = /immutable file modified|do not match/i;
const FULL =
  /no space left|not enough space|remaining disk space|disk (is )?full|quota ?exceeded|exceed\w* .{0,20}quota|storage ?(quota|limit)|storageQuotaExceeded|insufficient ?(storage|space)|entity.?too.?large|\b507\b|XMinioStorageFull/i;
const REFUSED =
  /access ?denied|permission denied|forbidden|unauthori[sz]ed|\b401\b|\b403\b|InvalidAccessKeyId|SignatureDoesNotMatch|unable to authenticate|read-only|didn't find section|couldn't find remote|not known|host key|NoSuchBucket|invalid_grant|token expired|unknown (flag|command)/i;

/** Exit codes: rclone.org/docs "Exit code" (3 directory not found, 4 file not found, 5 temporary, 7 fatal). The words decide first: codes are coarse. */
export function explain(place: string, path: string | undefined, exit: number, log: LogLine[], below = ''): Failure {
  const errors = log.filter(
    line => line.level === 'error' || line.level === 'fatal' || line.level === 'critical' || line.level === 'emergency',
  );
  const all = errors.map(line => `${line.object} ${line.msg}`).join('\n');
  const last = errors.at(-1);
  const detail = (last === undefined ? `exit code ${exit}` : last.msg).replace(/\s+/g, ' ').trim().slice(0, 300);
  if (FULL.test(all)) return placeFull(place, detail);
  const immutable = errors.find(line => IMMUTABLE.test(line.msg));
  if (immutable !== undefined)
    return placeRefuses(place, `${immutable.object === '' ? (path ?? 'a file') : below + immutable.object} is there with other contents`);
  if (REFUSED.test(all)) return placeRefuses(place, detail);
  if ((exit === 3 || exit === 4) && path !== undefined) return notInPlace(place, path);
  return placeAway(place, detail);
}
