/** Tells an outside monitor how the night goes, as healthchecks.io has it: <address>/start, <address> for success, <address>/fail; the body is plain text. */

export type PingKind = 'start' | 'success' | 'fail';

const PATIENCE_MS = 10_000;
const MOST_CHARACTERS = 10_000;
const ENDING: Record<PingKind, string> = { start: '/start', success: '', fail: '/fail' };

export interface PingContext {
  /** Null: nobody is told. */
  ping: string | null;
  log: { warn(facts: object, text: string): void };
}

/** Never throws and never takes long: a monitor that is away must not fail a night that went well. Its address, which is a secret, is not logged. */
export async function tellMonitor({ ping, log }: PingContext, kind: PingKind, text: string): Promise<void> {
  if (ping === null) return;
  try {
    const response = await fetch(ping + ENDING[kind], {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'saraban' },
      body: text.slice(0, MOST_CHARACTERS),
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'follow',
    });
    await response.body?.cancel();
    if (!response.ok) log.warn({ ping: kind, status: response.status }, 'the monitor did not take the ping');
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    log.warn(
      { ping: kind, error: cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer' },
      'the monitor could not be told',
    );
  }
}
