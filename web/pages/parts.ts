/**
 * The parts of a letter as tabs: files, text, the mail as designed, the original. What each tab shows is decided here; the bytes come by web/pages/files.ts.
 * Shared by letters, held mails and notices. Pure but for the first kilobytes of the original, which are handed in.
 */

import type { ReadingNote } from '../../register/letter/message.ts';
import type { Seal } from '../../register/letter/seals.ts';
import type { AttachmentRow, InnerRow } from '../../register/look/entry-row.ts';
import type { Format } from '../format.ts';
import { MAIL_SANDBOX } from '../safe-html.ts';
import { wordOf } from '../text/text.ts';
import type { Visit } from '../visit.ts';
import type { HistoryLine } from './history.ts';
import { type LetterShown, type ListingShown, letterShown, listingShown } from './inside.ts';
import { type SealShown, sealsShown } from './seals.ts';

export interface Tab {
  key: string;
  label: string;
  title: string;
  href: string;
  current: boolean;
  /** A thin line before it: here begins what is not a file. */
  rule: boolean;
}

export interface Part {
  about: { name: string; facts: string; note: string; open: string; download: string } | null;
  /** Signatures and encryption of the letter. */
  seals: SealShown[];
  warning: string;
  frame: { src: string; title: string; sandboxed: boolean; sandbox: string; fit: boolean } | null;
  picture: { src: string; alt: string } | null;
  /** What an archive holds. */
  listing: ListingShown | null;
  /** The head and the files of a letter in the letter; its text is `words`. */
  letter: LetterShown | null;
  words: string;
  raw: boolean;
  empty: string;
  cut: string;
  evidence: { label: string; value: string; hash: boolean }[] | null;
  sha256: string;
  json: string;
  notes: string[];
  history: HistoryLine[] | null;
  openingsHref: string;
  openingsLabel: string;
}

export const NO_PART: Part = {
  about: null,
  seals: [],
  warning: '',
  frame: null,
  picture: null,
  listing: null,
  letter: null,
  words: '',
  raw: false,
  empty: '',
  cut: '',
  evidence: null,
  sha256: '',
  json: '',
  notes: [],
  history: null,
  openingsHref: '',
  openingsLabel: '',
};

/** What the parts are taken from, whatever kind of message it is. */
export interface Content {
  /** Address of the page, without a query: '/entries/<id>'. */
  base: string;
  attachments: AttachmentRow[];
  text: string;
  html: string | null;
  documents: { path: string; text: string }[];
  /** The messages in this one. */
  inner: InnerRow[];
  seals: Seal[];
  /** As the letter's From says. */
  fromAddress: string;
  reading: 'waiting' | 'done' | 'failed';
  notes: ReadingNote[];
  /** Typed in from paper: there is no mail, and nothing to read. */
  onPaper?: boolean;
}

/** Files an officer would call files: pictures that only stand inside the mail's design are not among them. */
export function filesOf(content: Content): AttachmentRow[] {
  const shown = content.attachments.filter(
    one =>
      one.role === 'attachment' ||
      (one.role === 'inline' && one.contentId === null) ||
      (one.role === 'container' && one.contentType.startsWith('message/')),
  );
  // A letter scanned by a phone is often nothing but an inline picture.
  return shown.length > 0 ? shown : content.attachments.filter(one => one.role === 'inline' && content.html === null);
}

/** @param further - tabs after the mail's own parts: the original, evidence, history */
export function tabsOf(visit: Visit, content: Content, wanted: string, further: { key: string; label: string }[]): Tab[] {
  const words = visit.text.entry;
  const files = filesOf(content).map(file => ({ key: file.id, label: labelOf(content, file), rule: false }));
  const texts = [
    ...(content.html === null ? [] : [{ key: 'html', label: words.mailHtml, rule: false }]),
    ...(content.text.trim() === '' && content.html !== null
      ? []
      : [{ key: 'text', label: content.onPaper === true ? visit.text.paper.tab : words.mailText, rule: false }]),
  ];
  const all = [
    ...files,
    ...texts.map((tab, index) => ({ ...tab, rule: index === 0 && files.length > 0 })),
    ...further.map((tab, index) => ({ ...tab, rule: index === 0 })),
  ];
  const chosen =
    all.find(tab => tab.key === wanted)?.key ??
    firstTab(
      content,
      texts.map(tab => tab.key),
    );
  return all.map(tab => ({ ...tab, title: tab.label, href: `${content.base}?part=${tab.key}`, current: tab.key === chosen }));
}

// The letter itself is most often a PDF; the mail around it says only "see attached".
function firstTab(content: Content, texts: string[]): string {
  const files = filesOf(content);
  const pdf = files.find(file => kindOf(file) === 'pdf');
  const picture = files.find(file => kindOf(file) === 'picture');
  if (pdf !== undefined) return pdf.id;
  if (content.text.trim() === '' && picture !== undefined) return picture.id;
  return texts[0] ?? files[0]?.id ?? 'raw';
}

export type FileKind = 'pdf' | 'picture' | 'text' | 'other';

// SVG is a picture that can carry script, so it is not among them.
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/avif']);

export function kindOf(file: Pick<AttachmentRow, 'contentType' | 'name'>): FileKind {
  const type = file.contentType.toLowerCase();
  if (type === 'application/pdf' || type === 'application/x-pdf') return 'pdf';
  // Many mail programs send a PDF as application/octet-stream; the reader that opens it decides by the bytes.
  if (type === 'application/octet-stream' && /\.pdf$/i.test(file.name)) return 'pdf';
  if (PICTURES.has(type)) return 'picture';
  return type === 'text/plain' || type === 'text/csv' ? 'text' : 'other';
}

export function nameOf(file: Pick<AttachmentRow, 'name' | 'path' | 'contentType'>): string {
  return file.name === '' ? `${file.contentType.split('/')[1] ?? 'file'} ${file.path}` : file.name;
}

/** What is said of the whole letter stands above each of its parts: an officer may look at the file alone. */
export function sealed(visit: Visit, format: Format, content: Content, part: Part): Part {
  return { ...part, seals: sealsShown(visit, format, content.seals, content.fromAddress) };
}

/** A letter in the letter seldom has a file name, and most often a subject. */
function labelOf(content: Content, file: AttachmentRow): string {
  const letter = file.name === '' ? content.inner.find(one => one.path === file.path) : undefined;
  return letter === undefined || letter.subject === '' ? nameOf(file) : letter.subject;
}

/** The part a file's tab shows. */
export function filePart(visit: Visit, format: Format, content: Content, file: AttachmentRow): Part {
  const words = visit.text.entry;
  const address = `${content.base}/attachments/${file.id}`;
  const kind = kindOf(file);
  const text = content.documents.find(document => document.path === file.path)?.text ?? '';
  const about = {
    name: nameOf(file),
    facts: `${file.contentType} · ${format.size(file.size)}`,
    note: file.nameGuessed ? words.nameGuessed : '',
    open: kind === 'other' ? '' : address,
    download: `${address}?download=1`,
  };
  const notes = file.notes.map(note => noteOf(visit, note));
  if (kind === 'pdf')
    return {
      ...NO_PART,
      about,
      notes,
      frame: { src: `${address}#navpanes=0&view=FitH`, title: nameOf(file), sandboxed: false, sandbox: '', fit: false },
    };
  if (kind === 'picture') return { ...NO_PART, about, notes, picture: { src: address, alt: nameOf(file) } };
  if (kind === 'text' && text === '')
    return { ...NO_PART, about, notes, frame: { src: address, title: nameOf(file), sandboxed: true, sandbox: '', fit: false } };
  if (file.listing !== null) return { ...NO_PART, about, notes, listing: listingShown(visit, format, file.listing) };
  const letter = content.inner.find(one => one.path === file.path);
  if (letter !== undefined) {
    const files = filesOf(content).map(one => ({
      path: one.path,
      size: one.size,
      name: labelOf(content, one),
      href: `${content.base}?part=${one.id}`,
    }));
    const words = letter.text.trim();
    const shown = letterShown(visit, format, letter, files, content.inner);
    return { ...NO_PART, about, notes, letter: shown, words, empty: words === '' ? visit.text.entry.noText : '' };
  }
  // An office file cannot be drawn here, but its words were read for the search; and a text looks better as ours than in a bare frame.
  return { ...NO_PART, about, notes, words: text, empty: text === '' ? words.noPreview : '' };
}

export function textPart(visit: Visit, content: Content): Part {
  const words = visit.text.entry;
  const warning = content.reading === 'failed' ? words.notRead : content.reading === 'waiting' ? words.stillReading : '';
  const notes = content.notes.map(note => noteOf(visit, note));
  return {
    ...NO_PART,
    warning,
    words: content.text.trim(),
    notes,
    empty: content.text.trim() === '' && warning === '' ? (content.onPaper === true ? visit.text.paper.noMail : words.noText) : '',
  };
}

export function htmlPart(visit: Visit, content: Content): Part {
  const frame = { src: `${content.base}/mail`, title: visit.text.entry.mailHtml, sandboxed: true, sandbox: MAIL_SANDBOX, fit: true };
  return { ...NO_PART, frame, notes: content.notes.map(note => noteOf(visit, note)) };
}

/** @param head - the first bytes of the original */
export function rawPart(visit: Visit, format: Format, base: string, original: { size: number; sha256: string }, head: Buffer): Part {
  const words = visit.text.entry;
  return {
    ...NO_PART,
    about: {
      name: words.rawLead,
      facts: `${format.number(original.size)} ${visit.text.unit.bytes}`,
      note: '',
      open: '',
      download: `${base}/raw`,
    },
    words: readable(head),
    raw: true,
    cut: original.size > head.length ? words.rawCut(format.size(head.length), format.size(original.size)) : '',
  };
}

/** A note of the reader in words; one without words here keeps the reader's own English sentence. */
export function noteOf(visit: Visit, note: ReadingNote): string {
  const known = wordOf(visit.text.code.readingNote, note.code);
  const where = note.path === undefined || note.path === '' ? '' : ` (${note.path})`;
  return `${known === note.code ? note.detail || note.code : known}${where}`;
}

/** Bytes of a mail as text to look at: UTF-8 where it is, else byte for byte; nothing in it can move the cursor or hide a line. */
function readable(bytes: Buffer): string {
  let text: string;
  try {
    // A cut in the middle of a character is not a reason to call the rest binary.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    text = bytes.toString('latin1');
  }
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, sign =>
      sign.charCodeAt(0) < 32 ? String.fromCharCode(0x2400 + sign.charCodeAt(0)) : '\ufffd',
    )
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
