/** What one reading shares over all levels of the tree: the limits, the parts listed so far, the notes, and the bytes kept. */
import type { PartSink, PartToKeep, ReadingNote, ReadLimits, ReadPart } from './message.ts';

export type OpenPart = (part: PartToKeep) => PartSink;

/** Notes kept of one mail; a mail that is broken ten thousand times over is described well enough by these. */
const MAX_NOTES = 500;

/** What the codes mean, for people. */
const DETAILS: Record<string, string> = {
  'base64-bad-characters': 'The base64 text holds characters that do not belong to it; they were skipped.',
  'base64-not-padded': 'The base64 text ends without its padding: it may have been cut.',
  'base64-after-end': 'Text after the end of the base64 data was left out.',
  'not-base64': 'The part says base64 and is plain text; it was taken as it stands.',
  'quoted-printable-broken': 'Some "=" in the quoted-printable text stand for nothing; they were kept as they are.',
  'uuencode-broken': 'Lines of the uuencoded data could not be read.',
  'uuencode-without-begin': 'The part says uuencode and has no "begin" line.',
  'uuencode-not-ended': 'The uuencoded data has no "end" line: it may have been cut.',
  'encoding-unknown': 'Nobody knows this transfer encoding; the bytes are kept as they came.',
  'content-type-unreadable': 'The Content-Type can not be read; the part is taken as RFC 2045 5.2 says.',
  'parameter-repeated': 'A parameter stands twice; the first is used.',
  'parameter-without-value': 'A parameter has no value.',
  'parameter-continuation-missing': 'A piece of a continued parameter is missing (RFC 2231 3).',
  'head-cut': 'The head is longer than the limit; the rest of it was left out.',
  'blank-line-missing': 'No blank line parts the head from the body.',
  'text-cut': 'The text is longer than the limit; the file is whole.',
  'charset-guessed': 'The character set was missing or could not be right; it was guessed.',
  'multipart-not-closed': 'The closing boundary is missing: the mail may have been cut.',
  'multipart-empty': 'A multipart has no parts.',
  'boundary-guessed': 'The boundary was missing or stands nowhere; another one was found in the text.',
  'multipart-without-parts': 'The boundary stands nowhere; what there is was read as one text.',
  'too-deep': 'It lies deeper than the limit; it is kept as one file.',
  'kept-bytes-limit': 'The parts of this mail are larger together than the limit; this one was cut.',
  'cms-unreadable': 'The S/MIME file can not be opened; it is kept as it is.',
  'tnef-unreadable': 'The winmail.dat can not be opened; it is kept as it is.',
  'tnef-broken': 'The winmail.dat is cut or broken; what could be read of it is listed.',
  'too-large-to-open': 'It is too large to be opened; it is kept as it is.',
  'block-not-ended': 'A file inside the text has no end line: it may have been cut.',
};

export class ReadState {
  readonly limits: ReadLimits;
  readonly fallback: string;
  readonly parts: ReadPart[] = [];
  readonly notes: ReadingNote[] = [];
  partsLeftOut = 0;
  private readonly openPart: OpenPart;
  private keptBytes = 0;

  constructor(limits: ReadLimits, fallback: string, openPart: OpenPart) {
    this.limits = limits;
    this.fallback = fallback;
    this.openPart = openPart;
  }

  note(code: string, path?: string, detail: string = DETAILS[code] ?? code): void {
    if (this.notes.length >= MAX_NOTES) return;
    if (this.notes.some(note => note.code === code && note.path === path)) return;
    this.notes.push(path === undefined ? { code, detail } : { code, detail, path });
  }

  /** Lists a part and opens its file; null, and counted, when there are too many. */
  addPart(fields: Omit<ReadPart, 'size' | 'sha256' | 'truncated' | 'notes'>): KeptPart | null {
    if (this.parts.length >= this.limits.maxParts) {
      this.partsLeftOut++;
      return null;
    }
    const part: ReadPart = { ...fields, size: 0, sha256: '', truncated: false, notes: [] };
    this.parts.push(part);
    return new KeptPart(part, this.openPart({ path: part.path, name: part.name, contentType: part.contentType }), this);
  }

  /** How much of so many bytes may still be kept. */
  grant(bytes: number): number {
    const granted = Math.max(0, Math.min(bytes, this.limits.maxKeptBytes - this.keptBytes));
    this.keptBytes += granted;
    return granted;
  }
}

/** A listed part whose bytes are being kept. */
export class KeptPart {
  readonly part: ReadPart;
  private readonly sink: PartSink;
  private readonly state: ReadState;

  constructor(part: ReadPart, sink: PartSink, state: ReadState) {
    this.part = part;
    this.sink = sink;
    this.state = state;
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.part.truncated) return;
    const granted = this.state.grant(chunk.length);
    if (granted > 0) this.sink.write(granted === chunk.length ? chunk : chunk.subarray(0, granted));
    if (granted === chunk.length) return;
    this.part.truncated = true;
    this.note('kept-bytes-limit');
  }

  end(): void {
    Object.assign(this.part, this.sink.end());
  }

  note(code: string): void {
    const detail = DETAILS[code] ?? code;
    if (this.part.notes.length < 50 && !this.part.notes.some(note => note.code === code))
      this.part.notes.push({ code, detail, path: this.part.path });
    this.state.note(code, this.part.path);
  }
}

/** A file name for people: no control characters, no marks that turn the direction of writing (they hide the ending), no folders. */
export function cleanName(name: string): string | null {
  const line = name
    .replace(/[\x00-\x1f\x7f]+/g, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
  const rooted = /^(?:[A-Za-z]:[\\/]|[\\/]|\.\.?[\\/])/.test(line);
  const last = rooted ? (line.split(/[\\/]/).findLast(piece => piece !== '') ?? '') : line;
  const cut = last.length > 500 ? last.slice(0, 500) : last;
  return cut === '' || cut === '.' || cut === '..' ? null : cut;
}
