/** Read receipts (RFC 8098): what became of a mail after it was delivered. Called by parse.ts. */
import { addressOfField, fieldGroups, fieldOf } from './fields.ts';
import type { NoticeRecipient } from './notice.ts';

export type Disposition = { recipients: NoticeRecipient[]; messageId: string | null; notes: string[] };

/** Reads the text of a message/disposition-notification part. Its word (displayed, deleted, dispatched …) goes into the notes. */
export function readDisposition(text: string): Disposition {
  const groups = fieldGroups(text);
  const value = (name: string) => groups.map(group => fieldOf(group, name)).find(found => found !== '') ?? '';
  // "manual-action/MDN-sent-manually; displayed/error": the type stands after the semicolon, its modifiers after a slash.
  const written = value('disposition');
  const type =
    (written.includes(';') ? written.slice(written.indexOf(';') + 1) : written)
      .trim()
      .toLowerCase()
      .split(/[/,\s]/)[0] ?? '';
  const modifier = /;\s*[a-z-]+\s*\/\s*([a-z, -]+)/i.exec(written)?.[1]?.trim().toLowerCase() ?? '';
  const address = addressOfField(value('original-recipient')) ?? addressOfField(value('final-recipient'));
  const diagnostic = [value('failure'), value('error'), value('warning')].filter(found => found !== '').join('; ');
  const messageId = /<[^<>]+>/.exec(value('original-message-id'))?.[0] ?? (value('original-message-id') || null);
  const notes = [`disposition:${type || 'unknown'}`];
  if (modifier !== '') notes.push(`disposition-modifier:${modifier}`);
  return {
    recipients: [{ address, action: null, status: null, hard: null, reason: 'unknown', diagnostic: diagnostic || null }],
    messageId,
    notes,
  };
}
