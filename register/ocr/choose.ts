/** Which parts of a letter are pictures of text that no other way gives us. Pure; asked by finish-reading.ts before it queues, and by the handler again. */

import type { ReadingOutcome } from '../reading/reading-job.ts';

export interface PartToChoose {
  path: string;
  role: string;
  contentType: string;
  name: string | null;
  size: number;
}

/** Smaller pictures inside a mail are logos, lines and smileys. Bytes. */
const LEAST_INLINE = 20 * 1024;
/** A file is taken for a scan sooner: a sheet in black and white is some 10 KB. Bytes. */
const LEAST_ATTACHED = 4 * 1024;
/** Files of one letter. */
const MOST_FILES = 20;

const PICTURE_TYPE = /^image\/(?:x-)?(?:png|p?jpe?g|tiff?|bmp|ms-bmp|webp)$/;
const PICTURE_NAME = /\.(?:png|jpe?g|jfif|tiff?|bmp|webp)$/i;
/** Scanners and old mailers send everything so. */
const ANY_TYPE = /^application\/(?:octet-stream|x-download|force-download|binary)$/;

/**
 * @param parts - as reading listed them
 * @param documents - texts that reading found, by the path of their part
 * @returns PDFs that were opened and have no text layer, and pictures; those inside the mail's own text only where no document has a text:
 * beside one they are decoration
 */
export function scansOf<P extends PartToChoose>(parts: P[], documents: { path: string; text: string }[]): P[] {
  const textOf = new Map(documents.map(document => [document.path, document.text.trim()]));
  const written = parts.some(part => (textOf.get(part.path) ?? '') !== '');
  return parts
    .filter(part => {
      if (part.role !== 'attachment' && (part.role !== 'inline' || written)) return false;
      if (isPdfByName(part)) return part.size > 0 && textOf.get(part.path) === '';
      return isPictureByName(part) && part.size >= (part.role === 'inline' ? LEAST_INLINE : LEAST_ATTACHED);
    })
    .slice(0, MOST_FILES);
}

/** Whether a reading found anything for the job 'recognise-message' to do. */
export function hasScans(outcome: ReadingOutcome): boolean {
  return outcome.outcome === 'read' && scansOf(outcome.message.parts, outcome.documents).length > 0;
}

function isPdfByName(part: PartToChoose): boolean {
  return /^application\/(?:x-)?pdf$/.test(part.contentType) || (ANY_TYPE.test(part.contentType) && /\.pdf$/i.test(part.name ?? ''));
}

function isPictureByName(part: PartToChoose): boolean {
  return PICTURE_TYPE.test(part.contentType) || (ANY_TYPE.test(part.contentType) && PICTURE_NAME.test(part.name ?? ''));
}
