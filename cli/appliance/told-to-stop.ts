/** Hears when this process is asked to end: by a signal, or because the process that started it is gone. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal that aborts at the first request to stop; its reason says which. Further requests change nothing: the order of stopping is
 * under way, and a Ctrl-C in a terminal reaches us several times (from the terminal, from npm, from the process before us).
 */
export function toldToStop(): AbortSignal {
  const stopping = new AbortController();
  for (const name of SIGNALS) process.on(name, () => stopping.abort(name));
  if (process.channel) {
    process.once('disconnect', () => stopping.abort('disconnect'));
    process.on('message', message => {
      if ((message as { kind?: string } | null)?.kind === 'stop') stopping.abort('stop');
    });
  }
  return stopping.signal;
}

/** Resolves when `signal` aborts, also when it has already. */
export function aborted(signal: AbortSignal): Promise<void> {
  return signal.aborted ? Promise.resolve() : new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}
