/** What can go wrong with the embedded PostgreSQL, as one sentence that says what to do. */
import { Failure, type UserMessage } from '../../register/failure.ts';

/** A failure of the embedded database. `temporary`: the same call may succeed a little later (exit code 75). */
export function databaseTrouble(code: string, userMessage: UserMessage, temporary = false): Failure {
  return new Failure({ code, temporary, message: userMessage.en, userMessage });
}
