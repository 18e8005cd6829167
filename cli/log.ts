/**
 * The only door to the logger. One JSON line a step, on stderr; every line about a mail carries its message id and every line about a web
 * request its request id, so that one grep shows a letter's whole way. Content of letters never goes into a log.
 */
import pino from 'pino';

/** What the parts of the appliance log with: facts first, then a fixed sentence that can be searched for. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** A log whose every line carries these facts too, e.g. `{ message: id }` or `{ request: id }`. */
  child(facts: object): Log;
}

/**
 * Opens the log of this process.
 * @param role stands on every line: which process speaks
 * @param fd where the lines go; stderr, unless a terminal is there that a person reads
 */
export function openLog(level: string, role: string, fd = 2): Log {
  return pino(
    {
      level,
      base: { role, process: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      // A secret that slips into logged settings or headers is the worse mistake than a missing fact.
      redact: {
        paths: ['password', 'adminPassword', 'databaseUrl', 'url', 'authorization', 'cookie', '*.password', '*.authorization', '*.cookie'],
        censor: '…',
      },
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    // Written at once: what a crash would swallow is what one needs to read after it.
    pino.destination({ fd, sync: true }),
  );
}

/** For commands whose output is their answer: nothing is logged. */
export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };
