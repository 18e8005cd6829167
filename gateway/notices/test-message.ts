/**
 * For tests beside this file: a small, strict reader that turns a hand-written mail into the shapes of register/letter/message.ts.
 * It knows only what the fixtures here use; the real reader has tests of its own, and a journey runs both together.
 */
import type { Address, ContentType, MessageHeaders, ReadMessage, ReadPart } from '../../register/letter/message.ts';

/** Headers from a record of field name to value. */
export function headersOf(fields: Record<string, string>): MessageHeaders {
  return headersFrom(Object.entries(fields).map(([name, value]) => ({ name, value })));
}

/** A mail as the reader hands it over, and the text of each part by path. Line breaks may be LF. */
export function messageOf(source: string): { message: ReadMessage; partText(path: string): Promise<string | null> } {
  const parts: ReadPart[] = [];
  const texts = new Map<string, string>();
  const { headers, body } = splitMail(source.replaceAll('\r\n', '\n').replace(/^\n+/, ''));
  walk(headers, body, '', null, 0);
  const bodies = parts.filter(p => p.role === 'body' && p.parent === null);
  const plain = bodies.find(p => p.contentType === 'text/plain');
  const html = bodies.find(p => p.contentType === 'text/html');
  const htmlText = html ? texts.get(html.path)! : null;
  const text = plain ? texts.get(plain.path)! : (htmlText ?? '').replace(/<br[^>]*>|<\/(?:p|div|tr)>/gi, '\n').replace(/<[^>]+>/g, '');
  return {
    message: { headers, parts, text, html: htmlText, inner: [], notes: [] },
    partText: async path => texts.get(path) ?? null,
  };

  function walk(head: MessageHeaders, content: string, path: string, parent: string | null, depth: number): void {
    const { type, parameters } = head.contentType;
    if (type.startsWith('multipart/') && parameters.boundary) {
      const pieces = content.split(new RegExp(`^--${literal(parameters.boundary)}(?:--)?[ \\t]*\\n?`, 'm')).slice(1);
      let n = 0;
      for (const piece of pieces) {
        if (piece.trim() === '' && n > 0) continue;
        n++;
        const inner = splitMail(piece);
        walk(inner.headers, inner.body.replace(/\n$/, ''), path === '' ? `${n}` : `${path}.${n}`, parent, depth);
      }
      return;
    }
    const own = path === '' ? '1' : path;
    const isMessage = type === 'message/rfc822';
    const decoded = decode(content, first(head, 'content-transfer-encoding'));
    const isBody = /^text\/(?:plain|html)$/.test(type) && !/^attachment/.test(first(head, 'content-disposition'));
    parts.push({
      path: own,
      parent,
      depth,
      role: isMessage ? 'container' : isBody ? 'body' : 'attachment',
      contentType: type,
      charset: null,
      charsetGuessed: false,
      name: null,
      nameGuessed: false,
      nameRaw: null,
      disposition: null,
      contentId: null,
      encoding: '7bit',
      size: decoded.length,
      sha256: '',
      origin: 'mime',
      truncated: false,
      notes: [],
    });
    texts.set(own, decoded);
    if (isMessage) {
      const inner = splitMail(decoded);
      const nested = inner.headers.contentType.type.startsWith('multipart/') ? own : `${own}.1`;
      walk(inner.headers, inner.body, nested, own, depth + 1);
    }
  }
}

function headersFrom(list: { name: string; value: string }[]): MessageHeaders {
  const value = (name: string) => list.find(f => f.name.toLowerCase() === name)?.value ?? null;
  return {
    from: address(value('from')),
    sender: address(value('sender')),
    replyTo: [],
    to: (value('to') ?? '').split(',').flatMap(t => address(t) ?? []),
    cc: [],
    subject: value('subject') ?? '',
    subjectGuessed: false,
    messageId: value('message-id'),
    inReplyTo: value('in-reply-to'),
    references: value('references')?.split(/\s+/) ?? [],
    date: null,
    dateRaw: value('date'),
    contentType: contentType(value('content-type')),
    fields: list.map(f => ({ ...f, raw: Buffer.from(`${f.name}: ${f.value}\r\n`) })),
    notes: [],
  };
}

function splitMail(source: string): { headers: MessageHeaders; body: string } {
  const end = source.startsWith('\n') ? 0 : source.indexOf('\n\n');
  const head = end < 0 ? source : source.slice(0, end);
  const body = end < 0 ? '' : source.slice(source.startsWith('\n') ? 1 : end + 2);
  const fields = head
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
    .flatMap(line => {
      const m = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line);
      return m ? [{ name: m[1]!, value: m[2]! }] : [];
    });
  return { headers: headersFrom(fields), body };
}

function first(head: MessageHeaders, name: string): string {
  return head.fields.find(f => f.name.toLowerCase() === name)?.value ?? '';
}

function contentType(value: string | null): ContentType {
  if (!value) return { type: 'text/plain', parameters: {} };
  const [type, ...rest] = value.split(';');
  const parameters: Record<string, string> = {};
  for (const piece of rest) {
    const m = /^\s*([^=]+)=\s*"?([^"]*)"?\s*$/.exec(piece);
    if (m) parameters[m[1]!.trim().toLowerCase()] = m[2]!;
  }
  return { type: type!.trim().toLowerCase(), parameters };
}

function address(value: string | null): Address | null {
  if (!value?.trim()) return null;
  const m = /^(.*?)<([^>]*)>/.exec(value);
  return m ? { name: m[1]!.trim().replace(/^"|"$/g, ''), address: m[2]! } : { name: '', address: value.trim() };
}

function decode(content: string, encoding: string): string {
  if (/base64/i.test(encoding)) return Buffer.from(content, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(encoding)) return content;
  const bytes = content
    .replace(/[ \t]*=\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
