/**
 * A failure of the world (disk, database, network), as opposed to an expected outcome (a value) and a broken invariant (a plain Error).
 * Thrown where it happens, translated once at each edge: an SMTP reply, a job's retry, a page, an exit code.
 */
export interface UserMessage {
  th: string;
  en: string;
}

export interface FailureInput {
  /** A short word for logs and metrics, e.g. 'disk-full'. */
  code: string;
  /** Whether trying again later can help. SMTP answers 4xx for it, a job is retried, the command line exits with 75. */
  temporary: boolean;
  /** For the log: may name files and settings, never a letter's content. */
  message: string;
  /** For the person in front of the page or the terminal: what happened, and what to do. */
  userMessage: UserMessage;
  cause?: unknown;
}

export class Failure extends Error {
  readonly code: string;
  readonly temporary: boolean;
  readonly userMessage: UserMessage;

  constructor(input: FailureInput) {
    super(input.message, input.cause === undefined ? undefined : { cause: input.cause });
    this.name = 'Failure';
    this.code = input.code;
    this.temporary = input.temporary;
    this.userMessage = input.userMessage;
  }
}

/** The code of an error of the operating system, of PostgreSQL or of a Failure, e.g. 'ENOENT' or '40001'; '' when it carries none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
