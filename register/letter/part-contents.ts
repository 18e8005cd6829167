/**
 * What is inside a leaf beside its bytes: the text of a body with the files that stand in it, and what a winmail.dat wraps. Each is fed the
 * decoded bytes by part-walker.ts and ends in a body for the walker to choose from.
 */
import { type Body, NO_BODY, plainLines, unflow } from './body-text.ts';
import { decodeBytes } from './charset.ts';
import { openCms } from './cms.ts';
import { decodeForPeople } from './encoded-words.ts';
import { htmlText } from './html-text.ts';
import { cleanName, type KeptPart, type ReadState } from './read-state.ts';
import { rtfText } from './rtf.ts';
import { BlockScanner } from './text-blocks.ts';
import { readTnef, type TnefFile } from './tnef.ts';

export type Contents = { write(chunk: Buffer): void; end(): Body };

/** A bounded copy of what passes by. */
class Capture {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private readonly limit: number;
  cut = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(chunk: Buffer): void {
    const room = this.limit - this.bytes;
    if (chunk.length > room) this.cut = true;
    if (room <= 0 || chunk.length === 0) return;
    this.chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.bytes += Math.min(room, chunk.length);
  }

  all(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** The text of a text part, as far as maxTextBytes goes; files in it are listed as parts beneath it. */
export class TextContents implements Contents {
  private readonly state: ReadState;
  private readonly kept: KeptPart;
  private readonly parameters: Record<string, string>;
  private readonly capture: Capture;
  private readonly scanner: BlockScanner | null;
  private file: KeptPart | null = null;
  private files = 0;

  constructor(state: ReadState, kept: KeptPart, parameters: Record<string, string>) {
    this.state = state;
    this.kept = kept;
    this.parameters = parameters;
    this.capture = new Capture(state.limits.maxTextBytes);
    this.scanner = kept.part.contentType === 'text/plain' ? this.blockScanner() : null;
  }

  private blockScanner(): BlockScanner {
    return new BlockScanner({
      text: chunk => this.capture.add(chunk),
      startFile: (kind, rawName) => {
        const name = decodeForPeople(rawName, this.state.fallback);
        this.file = addInner(this.state, this.kept, ++this.files, kind, {
          name: name.text,
          nameGuessed: name.guessed,
          encoding: kind === 'yenc' ? 'x-yenc' : 'x-uuencode',
        });
        return this.file !== null;
      },
      fileData: chunk => this.file?.write(chunk),
      endFile: ended => {
        if (!ended && this.file !== null) {
          this.file.part.truncated = true;
          this.file.note('block-not-ended');
        }
        this.file?.end();
        this.file = null;
      },
    });
  }

  write(chunk: Buffer): void {
    if (this.scanner === null) this.capture.add(chunk);
    else this.scanner.write(chunk);
  }

  end(): Body {
    this.scanner?.end();
    const type = this.kept.part.contentType;
    const html = type === 'text/html' || type === 'application/xhtml+xml';
    const decoded = decodeBytes(this.capture.all(), this.parameters.charset ?? null, {
      fallback: this.state.fallback,
      context: html ? 'html' : 'text',
    });
    this.kept.part.charset = decoded.charset;
    this.kept.part.charsetGuessed = decoded.guessed;
    if (decoded.guessed) this.kept.note('charset-guessed');
    let text = plainLines(decoded.text);
    if (this.capture.cut) {
      this.kept.note('text-cut');
      if (text.endsWith('\uFFFD')) text = text.slice(0, -1);
    }
    if (html) return { plain: null, html: text };
    if (type === 'text/enriched' || type === 'text/richtext')
      return { plain: htmlText(text.replaceAll('\n', '<br>').replaceAll('<<', '&lt;')), html: null };
    if (this.parameters.format?.toLowerCase() === 'flowed')
      return { plain: unflow(text, this.parameters.delsp?.toLowerCase() === 'yes'), html: null };
    return { plain: text, html: null };
  }
}

/** What a winmail.dat wraps: its files are listed beneath it, its body is offered to a message that has none of its own. */
/** A CMS file: what is signed inside it, and not hidden, is listed beneath it and read. */
export class CmsContents implements Contents {
  private readonly state: ReadState;
  private readonly kept: KeptPart;
  private readonly capture: Capture;
  private readonly read: (content: Buffer) => Body;

  constructor(state: ReadState, kept: KeptPart, read: (content: Buffer) => Body) {
    this.state = state;
    this.kept = kept;
    this.read = read;
    this.capture = new Capture(state.limits.maxOpenBytes);
  }

  write(chunk: Buffer): void {
    this.capture.add(chunk);
  }

  end(): Body {
    if (this.capture.cut) {
      this.kept.note('too-large-to-open');
      return NO_BODY;
    }
    const { kind, content } = openCms(this.capture.all(), this.state.limits.maxOpenBytes);
    if (kind === 'unknown') this.kept.note('cms-unreadable');
    if (content === null) return NO_BODY;
    this.kept.part.role = 'container';
    return this.read(content);
  }
}

export class TnefContents implements Contents {
  private readonly state: ReadState;
  private readonly kept: KeptPart;
  private readonly capture: Capture;

  constructor(state: ReadState, kept: KeptPart) {
    this.state = state;
    this.kept = kept;
    this.capture = new Capture(state.limits.maxOpenBytes);
  }

  write(chunk: Buffer): void {
    this.capture.add(chunk);
  }

  end(): Body {
    if (this.capture.cut) {
      this.kept.note('too-large-to-open');
      return NO_BODY;
    }
    const tnef = readTnef(this.capture.all(), this.state.fallback);
    if (tnef === null) {
      this.kept.note('tnef-unreadable');
      return NO_BODY;
    }
    if (!tnef.complete) this.kept.note('tnef-broken');
    const rtf = tnef.rtf;
    const html = tnef.html === null ? null : decodeBytes(tnef.html, null, { fallback: this.state.fallback, context: 'html' }).text;
    const files: { file: TnefFile; role: 'attachment' | 'body' }[] = tnef.files.map(file => ({ file, role: 'attachment' }));
    if (rtf !== null) files.push({ file: { name: 'body.rtf', contentType: 'application/rtf', contentId: null, data: rtf }, role: 'body' });
    for (const [index, { file, role }] of files.entries()) {
      const details = {
        name: file.name,
        nameGuessed: false,
        encoding: 'binary',
        contentType: file.contentType,
        contentId: file.contentId,
        role,
      };
      const inner = addInner(this.state, this.kept, index + 1, 'tnef', details);
      inner?.write(file.data);
      inner?.end();
    }
    if (files.length > 0) this.kept.part.role = 'container';
    const plain = tnef.plain ?? (html === null && rtf !== null ? rtfText(rtf, this.state.fallback) : null);
    return {
      plain: plain === null ? null : plainLines(plain).slice(0, this.state.limits.maxTextBytes),
      html: html?.slice(0, this.state.limits.maxTextBytes) ?? null,
    };
  }
}

type InnerDetails = {
  name: string | null;
  nameGuessed: boolean;
  encoding: string;
  contentType?: string | null;
  contentId?: string | null;
  role?: 'attachment' | 'body';
};

function addInner(
  state: ReadState,
  container: KeptPart,
  index: number,
  origin: 'tnef' | 'uuencode' | 'yenc',
  details: InnerDetails,
): KeptPart | null {
  const name = details.name === null ? null : cleanName(details.name);
  const declared = details.contentType ?? null;
  return state.addPart({
    path: `${container.part.path}.${index}`,
    parent: container.part.path,
    depth: container.part.depth + 1,
    role: details.role ?? 'attachment',
    contentType: declared !== null && /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(declared) ? declared : typeByName(name),
    charset: null,
    charsetGuessed: false,
    name,
    nameGuessed: details.nameGuessed,
    nameRaw: details.name,
    disposition: null,
    contentId: details.contentId ?? null,
    encoding: details.encoding,
    origin,
  });
}

/** The types of files that letters carry and that come without one; anything else stays nameless bytes. */
const TYPES: Record<string, string> = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  rtf: 'application/rtf',
  txt: 'text/plain',
  csv: 'text/csv',
  htm: 'text/html',
  html: 'text/html',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  zip: 'application/zip',
  eml: 'message/rfc822',
};

function typeByName(name: string | null): string {
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(name ?? '')?.[1]?.toLowerCase() ?? '';
  return TYPES[ending] ?? 'application/octet-stream';
}
