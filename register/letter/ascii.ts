/**
 * White space of header syntax, in binary strings (one character a byte). JavaScript's own trim and \s also take 0xA0, which is the last
 * byte of a Thai letter in UTF-8 (ภ is E0 B8 A0): using them on bytes cuts characters.
 */

/** trim() for binary strings. */
export function trimBytes(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start]!)) start++;
  while (end > start && isBlank(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** Whether a binary string is nothing but white space. */
export function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}
