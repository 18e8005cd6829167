/**
 * Walks the MIME tree of one message: gives every part its place (numbered as IMAP numbers sections, RFC 9051 6.4.5), its role and its
 * reader, and gathers what the message says. The splitter tells it heads and bodies; a message inside the message gets a walker of its own.
 */
import { type Body, bestText, combineBodies, NO_BODY } from './body-text.ts';
import { isCms } from './cms.ts';
import { decodeForPeople } from './encoded-words.ts';
import { readHeaders } from './headers.ts';
import type { InnerMessage, MessageHeaders, ReadPart } from './message.ts';
import { type HeadVerdict, MimeSplitter, type SplitterEvents } from './mime-splitter.ts';
import { CmsContents, type Contents, TextContents, TnefContents } from './part-contents.ts';
import { declaredCharset, type PartHead, readPartHead } from './part-head.ts';
import { cleanName, type KeptPart, type ReadState } from './read-state.ts';
import { decoderFor, type TransferDecoder } from './transfer-decode.ts';

type Node = { subtype: string; path: string; children: number; bodies: Body[]; retried: boolean };
type Leaf = {
  kept: KeptPart;
  head: PartHead;
  decoder: TransferDecoder | null /** What was seen of the body before its decoder was chosen. */;
  sample: Buffer;
  contents: Contents | null;
  place: 'body' | 'spare' | 'none';
};

/** Bytes of a body that are seen before its decoder is chosen. */
const SAMPLE = 2000;

/** Where a message lies: its own path ('' for the letter), the listed part it lies in, and how many listed parts and levels are around it. */
export type Place = { path: string; parent: string | null; depth: number; level: number };

export class MessageWalker implements SplitterEvents {
  headers: MessageHeaders | null = null;
  private readonly state: ReadState;
  private readonly place: Place;
  private readonly inner: InnerMessage[];
  private readonly splitter: MimeSplitter;
  private readonly nodes: Node[] = [];
  private leaf: Leaf | null = null;
  private rootBody: Body = NO_BODY;
  /** Named text shown inline, and what a winmail.dat says: read when the message says nothing itself. */
  private readonly spares: Body[] = [];

  constructor(state: ReadState, place: Place, inner: InnerMessage[]) {
    this.state = state;
    this.place = place;
    this.inner = inner;
    this.splitter = new MimeSplitter(this, { maxHeadBytes: state.limits.maxHeadBytes, maxPreambleBytes: state.limits.maxOpenBytes });
  }

  write(chunk: Buffer): void {
    this.splitter.write(chunk);
  }

  /** Ends the message; answers what it says. */
  end(): { body: Body; text: string } {
    this.splitter.end();
    const said = this.rootBody.plain !== null || this.rootBody.html !== null;
    const body = said ? this.rootBody : combineBodies('mixed', this.spares);
    return { body, text: bestText(body) };
  }

  head(bytes: Buffer, faults: { cut: boolean; blankLineMissing: boolean }): HeadVerdict {
    const isRoot = this.headers === null;
    if (isRoot) this.headers = readHeaders(bytes, { fallbackCharset: this.state.fallback });
    const head = readPartHead(bytes, this.state.fallback);
    if (!head.declared && this.nodes.at(-1)?.subtype === 'digest') head.contentType = 'message/rfc822';
    const codes = [...head.faults];
    if (faults.cut) codes.push('head-cut');
    if (faults.blankLineMissing && bytes.length > 0) codes.push('blank-line-missing');
    const multipart = head.contentType.startsWith('multipart/');
    if (multipart && this.place.level + this.nodes.length < this.state.limits.maxDepth) {
      const path = isRoot ? this.place.path : this.nextPath();
      for (const code of codes) this.state.note(code, path === '' ? undefined : path);
      this.nodes.push({ subtype: head.contentType.slice(10), path, children: 0, bodies: [], retried: false });
      return { kind: 'multipart', boundary: head.boundary };
    }
    if (multipart) codes.push('too-deep');
    this.startLeaf(head, this.nextPath(), codes);
    return { kind: 'leaf' };
  }

  private nextPath(): string {
    const node = this.nodes.at(-1);
    const number = node === undefined ? 1 : ++node.children;
    const around = node === undefined ? this.place.path : node.path;
    return around === '' ? String(number) : `${around}.${number}`;
  }

  private startLeaf(head: PartHead, path: string, codes: string[]): void {
    const opens = isMessage(head.contentType);
    const wraps = !opens && isCms(head);
    const tooDeep = (opens || wraps) && this.place.level + this.nodes.length + 1 >= this.state.limits.maxDepth;
    const isText = isBodyText(head.contentType);
    const kept = this.state.addPart({
      path,
      parent: this.place.parent,
      depth: this.place.depth,
      role: opens && !tooDeep ? 'container' : this.roleOf(head),
      contentType: head.contentType,
      charset: declaredCharset(head.charset),
      charsetGuessed: false,
      name: head.name,
      nameGuessed: head.nameGuessed,
      nameRaw: head.nameRaw,
      disposition: head.disposition,
      contentId: head.contentId,
      encoding: head.encoding,
      origin: opens ? 'message' : 'mime',
    });
    this.leaf = null;
    if (kept === null) return;
    for (const code of codes) kept.note(code);
    if (tooDeep) kept.note('too-deep');
    const leaf: Leaf = { kept, head, decoder: null, sample: Buffer.alloc(0), contents: null, place: 'none' };
    if (opens && !tooDeep) {
      leaf.contents = this.messageContents(kept);
    } else if (wraps && !tooDeep) {
      leaf.contents = new CmsContents(this.state, kept, content => this.wrappedContents(kept, content));
      // Where all of the mail lies in it, it is the letter.
      leaf.place = this.nodes.length === 0 ? 'body' : 'spare';
    } else if (isText && head.disposition !== 'attachment') {
      leaf.contents = new TextContents(this.state, kept, head.parameters);
      leaf.place = kept.part.role === 'body' ? 'body' : 'spare';
    } else if (isTnef(kept.part)) {
      leaf.contents = new TnefContents(this.state, kept);
      leaf.place = 'spare';
    }
    this.leaf = leaf;
  }

  private roleOf(head: PartHead): ReadPart['role'] {
    const around = this.nodes.at(-1)?.subtype;
    if (head.disposition === 'attachment') return 'attachment';
    // A text alone is the letter, whatever it calls itself; among others a name makes it a file.
    if (isBodyText(head.contentType) && (head.name === null || around === undefined)) return 'body';
    if (head.contentType === 'text/x-amp-html' && around === 'alternative') return 'body';
    const shown = head.contentId !== null && (around === 'related' || head.disposition === 'inline');
    return shown ? 'inline' : 'attachment';
  }

  private messageContents(kept: KeptPart): Contents {
    const { path, depth } = kept.part;
    const level = this.place.level + this.nodes.length + 1;
    const entry: InnerMessage = { path, subject: '', from: null, to: [], date: null, text: '' };
    this.inner.push(entry);
    const walker = new MessageWalker(this.state, { path, parent: path, depth: depth + 1, level }, this.inner);
    return {
      write: chunk => walker.write(chunk),
      end: () => {
        entry.text = walker.end().text;
        entry.subject = walker.headers?.subject ?? '';
        entry.from = walker.headers?.from ?? null;
        entry.to = [...(walker.headers?.to ?? []), ...(walker.headers?.cc ?? [])];
        entry.date = walker.headers?.date ?? null;
        return NO_BODY;
      },
    };
  }

  /** A whole MIME part inside a part: what it says is what the part says. */
  private wrappedContents(kept: KeptPart, content: Buffer): Body {
    const { path, depth } = kept.part;
    const level = this.place.level + this.nodes.length + 1;
    const walker = new MessageWalker(this.state, { path, parent: path, depth: depth + 1, level }, this.inner);
    walker.write(content);
    return walker.end().body;
  }

  body(chunk: Buffer): void {
    const leaf = this.leaf;
    if (leaf === null) return;
    if (leaf.decoder === null) {
      leaf.sample = leaf.sample.length === 0 ? Buffer.from(chunk) : Buffer.concat([leaf.sample, chunk]);
      if (leaf.sample.length >= SAMPLE) this.startDecoding(leaf);
      return;
    }
    this.take(leaf, leaf.decoder.write(chunk));
  }

  /** Chooses the decoder when enough of the body was seen, and gives it what was held back for that. */
  private startDecoding(leaf: Leaf): TransferDecoder {
    const decoder = this.chooseDecoder(leaf);
    leaf.decoder = decoder;
    const held = leaf.sample;
    leaf.sample = Buffer.alloc(0);
    this.take(leaf, decoder.write(held));
    return decoder;
  }

  /** Text that calls itself base64 and is none would be turned into rubbish: words with spaces between them are no base64. */
  private chooseDecoder(leaf: Leaf): TransferDecoder {
    if (leaf.head.encoding !== 'base64') return decoderFor(leaf.head.encoding);
    const sample = leaf.sample.toString('latin1', 0, SAMPLE).trim();
    const words = sample.match(/[A-Za-z.,:;!?] [A-Za-z]/g)?.length ?? 0;
    const strange = sample.match(/[^A-Za-z0-9+/=\s]/g)?.length ?? 0;
    if (words < 2 || strange < 1 || /^[A-Za-z0-9+/]{4,}={0,2}[ \t]*(?:\r?\n|$)/.test(sample)) return decoderFor('base64');
    leaf.kept.note('not-base64');
    return decoderFor('8bit');
  }

  private take(leaf: Leaf, bytes: Buffer): void {
    if (bytes.length === 0) return;
    leaf.kept.write(bytes);
    leaf.contents?.write(bytes);
  }

  endBody(): void {
    const leaf = this.leaf;
    this.leaf = null;
    if (leaf === null) return;
    const decoder = leaf.decoder ?? this.startDecoding(leaf);
    const last = decoder.end();
    this.take(leaf, last.rest);
    for (const fault of last.faults) leaf.kept.note(fault);
    const inside = decoder.name ?? null;
    if (inside !== null && leaf.kept.part.name === null) {
      const name = decodeForPeople(inside, this.state.fallback);
      Object.assign(leaf.kept.part, { name: cleanName(name.text), nameGuessed: name.guessed, nameRaw: name.text });
    }
    const body = leaf.contents?.end() ?? NO_BODY;
    leaf.kept.end();
    if (leaf.place === 'body') this.say(body);
    else if (leaf.place === 'spare') this.spares.push(body);
  }

  private say(body: Body): void {
    const node = this.nodes.at(-1);
    if (node === undefined) this.rootBody = body;
    else node.bodies.push(body);
  }

  endMultipart({ closed, preamble }: { closed: boolean; preamble: Buffer | null }): void {
    const node = this.nodes.at(-1);
    if (node === undefined) return;
    if (preamble !== null && !node.retried) {
      node.retried = true;
      if (this.readWithoutBoundary(preamble, node)) return;
    } else if (!closed && !node.retried) {
      this.state.note('multipart-not-closed', node.path === '' ? undefined : node.path);
    }
    this.nodes.pop();
    this.say(combineBodies(node.subtype, node.bodies));
  }

  /** A multipart in which the declared boundary never came: by a boundary found in its text, else as one text. True when the node was ended by that. */
  private readWithoutBoundary(content: Buffer, node: Node): boolean {
    const path = node.path === '' ? undefined : node.path;
    const text = content.toString('latin1');
    const found = /(?:^|\n)--([^\r\n]{1,200}?)[ \t]{0,20}\r?\n(?=content-[a-z-]+[ \t]*:|\r?\n)/i.exec(text)?.[1];
    if (found !== undefined) {
      this.state.note('boundary-guessed', path);
      const again = new MimeSplitter(this, { maxHeadBytes: this.state.limits.maxHeadBytes, maxPreambleBytes: 0 }, found);
      again.write(content);
      again.end();
      return true;
    }
    if (text.trim() === '') {
      this.state.note('multipart-empty', path);
      return false;
    }
    this.state.note('multipart-without-parts', path);
    this.startLeaf(readPartHead(Buffer.alloc(0), this.state.fallback), this.nextPath(), []);
    this.body(content);
    this.endBody();
    return false;
  }
}

function isMessage(type: string): boolean {
  return type === 'message/rfc822' || type === 'message/global' || type === 'message/news';
}

function isBodyText(type: string): boolean {
  return (
    type === 'text/plain' ||
    type === 'text/html' ||
    type === 'text/enriched' ||
    type === 'text/richtext' ||
    type === 'application/xhtml+xml'
  );
}

function isTnef(part: ReadPart): boolean {
  return (
    part.contentType === 'application/ms-tnef' ||
    part.contentType === 'application/vnd.ms-tnef' ||
    part.name?.toLowerCase() === 'winmail.dat'
  );
}
