/**
 * The field blocks inside reports (RFC 3464 2.1, RFC 5965 3.1, RFC 8098 3.1) and the headers of returned mail: parsed leniently,
 * since reports are written by machines that nobody tests. Used by delivery-status.ts, feedback.ts, disposition.ts, original.ts.
 */

/** Field values by lower-case name, in the order they came. */
export type FieldGroup = Map<string, string[]>;

/** An address as mail systems print it. Not RFC 5321's grammar: it must stop where the sentence around it goes on. */
export const addressPattern = String.raw`(?:"[^"\n]{1,64}"|[^\s<>()\[\]:;,"'|@=]{1,128}|[^\s<>()\[\]:;,"|@]{1,128})@[^\s<>()\[\]:;,"'|@]{1,253}`;

/** Blocks of fields, parted by blank lines; folded lines joined; what is no field is left out. At most 2,000 lines are read. */
export function fieldGroups(text: string): FieldGroup[] {
  const groups: FieldGroup[] = [];
  let group: FieldGroup = new Map();
  let last: string[] | null = null;
  for (const line of text.split(/\r\n|\n|\r/).slice(0, 2000)) {
    if (line.trim() === '') {
      if (group.size > 0) groups.push(group);
      group = new Map();
      last = null;
      continue;
    }
    if (/^[ \t]/.test(line) && last) {
      last[last.length - 1] = `${last[last.length - 1]} ${line.trim()}`;
      continue;
    }
    const field = /^\s*([A-Za-z][A-Za-z0-9-]{1,60})\s*:\s*(.*)$/.exec(line);
    if (!field) continue;
    const name = field[1]!.toLowerCase();
    last = group.get(name) ?? [];
    last.push(field[2]!.trim());
    group.set(name, last);
  }
  if (group.size > 0) groups.push(group);
  return groups;
}

/** The first value of a field, '' when there is none. */
export function fieldOf(group: FieldGroup | undefined, name: string): string {
  return group?.get(name)?.find(value => value !== '') ?? '';
}

/** "rfc822; user@example.com" parted; a value without a type has type ''. */
export function typedValue(value: string): { type: string; value: string } {
  const parts = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*;\s*(.*)$/s.exec(value);
  return parts ? { type: parts[1]!.toLowerCase(), value: parts[2]!.trim() } : { type: '', value: value.trim() };
}

/** The address inside a recipient field, brackets, quotes, comments and encodings undone; null when there is none. */
export function addressOfField(value: string): string | null {
  const { type, value: rest } = typedValue(value);
  const plain = (type === 'utf-8' ? unescapeUtf8(rest) : rest).replace(/\+(2B|3D)/g, (_, hex: string) => (hex === '2B' ? '+' : '='));
  const found = new RegExp(addressPattern).exec(plain)?.[0];
  if (found) return tidyAddress(found);
  const dda = x400Address(plain);
  if (dda) return dda;
  const bare = plain
    .replace(/^<|>$/g, '')
    .replace(/\([^()]*\)/g, '')
    .trim();
  // A local user without a domain (type "local", "system") still names the recipient.
  return bare !== '' && bare.length <= 256 && !/[\s;/]/.test(bare) ? bare : null;
}

/** The SMTP address inside an X.400 name: "DDA:SMTP=user(a)example.com;" (RFC 1327 appendix). */
export function x400Address(text: string): string | null {
  const value = /(?:dda:(?:smtp|rfc-?822)=|rfc-?822=)\s*([^;/\s]+)/i.exec(text)?.[1]?.replace(/\(a\)/i, '@');
  return value && /^[^@\s]+@[^@\s]+$/.test(value) ? value : null;
}

/** Full stops and quotes that belong to the sentence taken away. */
export function tidyAddress(address: string): string {
  return address.replace(/^(?:mailto|smtp|rfc822)[:;]/i, '').replace(/^['`]+|[.'`!?>]+$/g, '');
}

/** RFC 6533 3: \x{HEX} stands for a character. */
function unescapeUtf8(text: string): string {
  return text.replace(/\\x\{([0-9A-Fa-f]{1,6})\}/g, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** xtext undone (RFC 3461 4), when every + in it really is an escape. */
export function fromXtext(text: string): string {
  return /\+(?![0-9A-F]{2})/.test(text)
    ? text
    : text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
