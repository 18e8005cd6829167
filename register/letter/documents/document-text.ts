// The text of a letter's attachments, for the fact finder and the search: PDF with a text layer, DOCX, ODT, plain text. Called by the reading
// worker with the decoded bytes of a part. Whatever is wrong with a file becomes a note on the entry: a document that can't be read never
// stops the letter that carried it.

import { readOfficeText } from './office-text.ts';
import { readPdfText } from './pdf-text.ts';

export type DocumentNote = { code: string; detail: string; path?: string };
export type DocumentText = { text: string; notes: DocumentNote[] };

/** More text than any letter has; beyond it a file is searched by what was read. Characters. */
const MAX_CHARACTERS = 2_000_000;
/** Larger files are kept and can be opened, but not read for their text. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

type Kind = 'pdf' | 'docx' | 'odt' | 'text';

const TYPES: Record<string, Kind> = {
  'application/pdf': 'pdf',
  'application/x-pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.template': 'docx',
  'application/vnd.ms-word.document.macroenabled.12': 'docx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'text/plain': 'text',
  'text/csv': 'text',
  'text/markdown': 'text',
};
const ENDINGS: Record<string, Kind> = {
  pdf: 'pdf',
  docx: 'docx',
  docm: 'docx',
  dotx: 'docx',
  odt: 'odt',
  txt: 'text',
  csv: 'text',
  md: 'text',
};

/**
 * What the file is: its first bytes are believed for PDF (within the first KiB, as readers allow), then the declared type, then the name's
 * ending, since scanners and old mailers send everything as application/octet-stream.
 */
function kindOf(contentType: string, name: string | null, bytes: Uint8Array): Kind | null {
  if (Buffer.from(bytes.subarray(0, 1024)).includes('%PDF-')) return 'pdf';
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(name?.trim() ?? '')?.[1]?.toLowerCase() ?? '';
  return TYPES[type] ?? ENDINGS[ending] ?? null;
}

/** Valid UTF-8 or UTF-16 by its mark, else windows-874: the habit of Thai text files without a declaration. */
function plainText(bytes: Uint8Array): DocumentText {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  if (wide !== null) return { text: new TextDecoder(wide).decode(bytes), notes: [] };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }), notes: [] };
  } catch {
    const text = new TextDecoder('windows-874').decode(bytes);
    return {
      text,
      notes: [{ code: 'document-charset-guessed', detail: 'The text file does not say its character set; windows-874 was taken.' }],
    };
  }
}

/** Control characters that mean nothing in text, U+0000 above all: PostgreSQL can't store it. Line breaks, tabs and form feeds stay. */
function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f\ufffe\uffff]/g, '').toWellFormed();
}

async function readKind(kind: Kind, bytes: Uint8Array): Promise<DocumentText> {
  switch (kind) {
    case 'pdf':
      return readPdfText(bytes, MAX_CHARACTERS);
    case 'docx':
    case 'odt':
      return readOfficeText(bytes, kind, MAX_CHARACTERS);
    case 'text':
      return plainText(bytes.subarray(0, MAX_CHARACTERS * 3));
  }
}

/**
 * Text of one document: lines end in \n, pages in \f. `contentType` as declared (parameters allowed), `name` the file name or null, `bytes`
 * decoded and left untouched. Null: not a kind that is read here. An empty text with a note: encrypted, broken, or a scan without a text layer.
 * Never throws; a file that loops is stopped by the worker's own time limit.
 */
export async function documentText(input: { contentType: string; name: string | null; bytes: Uint8Array }): Promise<DocumentText | null> {
  const kind = kindOf(input.contentType, input.name, input.bytes);
  if (kind === null) return null;
  if (input.bytes.length > MAX_BYTES) {
    return {
      text: '',
      notes: [{ code: 'document-too-large', detail: `The file is larger than ${MAX_BYTES / 1024 / 1024} MiB; its text was not read.` }],
    };
  }
  let read: DocumentText;
  try {
    read = await readKind(kind, input.bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { text: '', notes: [{ code: 'document-broken', detail: `The ${kind} file can't be read: ${reason.slice(0, 200)}` }] };
  }
  if (read.text.length <= MAX_CHARACTERS) return { text: withoutControls(read.text), notes: read.notes };
  const note = { code: 'document-cut', detail: `Only the first ${MAX_CHARACTERS} characters of the document were read.` };
  return { text: withoutControls(read.text.slice(0, MAX_CHARACTERS)), notes: [...read.notes, note] };
}
