/**
 * Runs one program of the machine (tesseract, pdftoppm) on bytes that a stranger chose: with little priority, bounded in time, memory and the size of
 * what it writes, without a shell reading its arguments, and in a folder of its own.
 */
import { execFile } from 'node:child_process';

export interface RunLimits {
  milliseconds: number;
  /** Address space of the program, MiB. Where the system knows no such limit (macOS) it is not held. */
  memoryMb: number;
  /** The largest file it may write, MiB. */
  fileMb: number;
}

export type Ran =
  | { outcome: 'done'; stdout: string }
  /** `time`: it was killed at its limit. `stopped`: we were told to stop. `failed`: its own exit, or it could not be started; `detail` are its last words. */
  | { outcome: 'failed'; reason: 'time' | 'stopped' | 'failed'; detail: string };

const MOST_OUTPUT = 16 * 1024 * 1024;
// The limits of a shell hold for what it becomes. Each `exec` keeps the process id, so that the kill at the time limit meets the program itself.
const LIMITED = 'ulimit -v "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; ulimit -c 0 2>/dev/null; shift 2; exec nice -n 15 "$@"';

/** @param program - its whole path. @param folder - where it runs and keeps temporary files */
export async function runLimited(program: string, args: string[], folder: string, limits: RunLimits, signal: AbortSignal): Promise<Ran> {
  const kibibytes = String(limits.memoryMb * 1024);
  const blocks = String(limits.fileMb * 2048);
  const options = {
    cwd: folder,
    env: environment(folder),
    timeout: limits.milliseconds,
    killSignal: 'SIGKILL' as const,
    maxBuffer: MOST_OUTPUT,
    signal,
  };
  return await new Promise(resolve => {
    execFile('/bin/sh', ['-c', LIMITED, 'saraban', kibibytes, blocks, program, ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ outcome: 'done', stdout });
      const reason = signal.aborted ? 'stopped' : error.killed === true && error.signal === 'SIGKILL' ? 'time' : 'failed';
      resolve({ outcome: 'failed', reason, detail: stderr.trim().slice(-300) || error.message.slice(0, 300) });
    });
  });
}

/** No secret of ours reaches it. One thread: a letter that waits for its picture harms nobody, a busy machine does. */
function environment(folder: string): NodeJS.ProcessEnv {
  const { PATH, TESSDATA_PREFIX } = process.env;
  return {
    PATH,
    LANG: 'C.UTF-8',
    TMPDIR: folder,
    OMP_THREAD_LIMIT: '1',
    ...(TESSDATA_PREFIX === undefined ? {} : { TESSDATA_PREFIX }),
  };
}
