/** How far a command with many letters is, said every other second on the terminal: agency export, volume. */
import type { CommandContext } from './command.ts';

const PROGRESS_MS = 2_000;

export function lettersProgress(context: CommandContext): (letters: number, of: number) => void {
  let saidAt = Date.now();
  return (letters, of) => {
    if (Date.now() - saidAt < PROGRESS_MS) return;
    saidAt = Date.now();
    context.note(`หนังสือ ${letters}/${of} · ${letters} of ${of} letters`);
  };
}
