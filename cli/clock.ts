/** The appliance's clock: the machine's, or in tests one that was set to another moment and runs on from there. */

/** @param start the instant the clock shows now; `null` for the machine's own time */
export function openClock(start: Date | null): () => Date {
  if (start === null) return () => new Date();
  const offset = start.getTime() - Date.now();
  return () => new Date(Date.now() + offset);
}
