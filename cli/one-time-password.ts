/** How a password that was made up is shown: once, beside its login, never in a log. */

/** @param password `null` when the person chose it: then there is nothing to show */
export function passwordLines(login: string, password: string | null): string[] {
  if (password === null) return [`  เข้าระบบด้วย · sign in as: ${login}`];
  return [`  เข้าระบบด้วย · sign in as: ${login} / ${password}`, '  แสดงครั้งเดียว โปรดจดไว้ · shown only now: write it down'];
}
