/** What can go wrong with the embedded PostgreSQL, as one sentence that says what to do. */

/** A failure of the embedded database. `temporary` is true when the same call may succeed a little later (exit code 75). */
export class DatabaseTrouble extends Error {
  readonly code: string;
  readonly temporary: boolean;
  constructor(code: string, message: string, temporary = false) {
    super(message);
    this.name = 'DatabaseTrouble';
    this.code = code;
    this.temporary = temporary;
  }
}
