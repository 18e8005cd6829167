/** Writes mail by hand, byte for byte: the demo's letters must hold what real senders send, not what a library would allow. */

export interface DemoFile {
  name: string;
  type: string;
  bytes: Buffer;
}

export const b = (text: string) => Buffer.from(text, 'utf8');

/** An encoded word in UTF-8 and base64 (RFC 2047), cut between characters into words of at most 45 bytes. */
export function word(text: string): string {
  const words: string[] = [];
  let current = '';
  for (const character of text) {
    if (Buffer.byteLength(current + character) > 42) {
      words.push(current);
      current = '';
    }
    current += character;
  }
  words.push(current);
  return words.map(part => `=?UTF-8?B?${b(part).toString('base64')}?=`).join('\r\n ');
}

export function base64(bytes: Buffer): string {
  return bytes
    .toString('base64')
    .replace(/.{1,76}/g, '$&\r\n')
    .trimEnd();
}

/** Header fields, in order, each ended with CRLF. */
export function head(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

export function textPart(text: string, type = 'text/plain'): string {
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(b(text.replaceAll('\n', '\r\n')))}\r\n`;
}

export function filePart(file: DemoFile): string {
  // RFC 2231, as Thai file names need it.
  const name = `filename*=UTF-8''${encodeURIComponent(file.name)}`;
  return `Content-Type: ${file.type}\r\nContent-Disposition: attachment; ${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(file.bytes)}\r\n`;
}

/** A multipart body: its Content-Type field, the blank line, the parts. */
export function multipart(kind: string, boundary: string, parts: string[], parameters = ''): string {
  return `Content-Type: multipart/${kind}; boundary="${boundary}"${parameters}\r\n\r\n${parts.map(part => `--${boundary}\r\n${part}`).join('')}--${boundary}--\r\n`;
}
