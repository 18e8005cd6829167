/** What a command of `npx saraban` is, and what it is given. */
import type { Settings } from '../config/settings.ts';

/** Exit codes the outside may rely on. */
export const DONE = 0;
export const FAILED = 1;
export const USAGE = 2;
export const TRY_AGAIN = 75;

export type CommandContext = {
  env: Record<string, string | undefined>;
  /** Whether `--json` was said (it is taken out of the arguments). */
  json: boolean;
  /** The settings, read at the first call. Faults end the command with exit 2 and all of them in one message. */
  settings(): Settings;
  /** The answer of a command: `text` for people, or `json` as one line when `--json` was said. */
  answer(text: string, json: unknown): void;
  /** A line for people beside the answer (progress, hints): on stderr, so that it never mixes with the answer. */
  note(text: string): void;
};

/** Runs with the arguments behind the command's name. @returns the exit code. Failures may be thrown; `main` says them. */
export type RunCommand = (args: string[], context: CommandContext) => Promise<number>;

export type Command = {
  /** The arguments, as help shows them. */
  usage: string;
  th: string;
  en: string;
  /** Loads the command's own file only when it is called: `help` must not wait for a mail library. */
  load(): Promise<RunCommand>;
};

/** Wrong arguments: said in one sentence, exit 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
