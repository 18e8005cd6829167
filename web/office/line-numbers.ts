/** Numbers for the lines of an editor, one below the other. */
export function lineNumbers(text: string): string {
  return Array.from({ length: text.split('\n').length }, (_, index) => index + 1).join('\n');
}
