/**
 * What a mail is once it was read: types only. headers.ts fills MessageHeaders (the gateway reads the head alone),
 * read-message.ts fills ReadMessage inside the reading worker; the register stores it, the web shows it.
 */

/** One mailbox of an address list. `name` is decoded and '' when none was written; `address` is as written, '' when none could be found. */
export type Address = { name: string; address: string };

/**
 * Something that was not as the standard wants it, and how it was read nevertheless.
 * `code` is stable and for programs; `detail` is one English sentence for people; `path` names the part it is about.
 */
export type ReadingNote = { code: string; detail: string; path?: string };

/** One header field, in the order of the mail. `raw` is the whole field as it came, name, folding and final line break included. */
export type HeaderField = {
  /** As written, e.g. 'Subject'. */
  name: string;
  /** Decoded for people: unfolded, encoded words and raw 8-bit text turned into characters. */
  value: string;
  raw: Buffer;
};

/** A Content-Type or a field like it: the value in lower case, the parameters by lower-case name, RFC 2231 undone. */
export type ContentType = { type: string; parameters: Record<string, string> };

export type MessageHeaders = {
  from: Address | null;
  sender: Address | null;
  replyTo: Address[];
  to: Address[];
  cc: Address[];
  /** Decoded and unfolded; '' when there is none. */
  subject: string;
  /** True when the subject's character set was not declared, or was declared wrongly, and had to be guessed. */
  subjectGuessed: boolean;
  /** Exactly as written, trimmed; compare it raw. */
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
  /** Null when it can't be parsed; never the time of reading. */
  date: Date | null;
  dateRaw: string | null;
  contentType: ContentType;
  fields: HeaderField[];
  notes: ReadingNote[];
};

/**
 * One leaf of the MIME tree, or a message/rfc822 (a leaf to download and a container at once).
 * `path` is numbered as IMAP numbers sections (RFC 9051 6.4.5); what comes out of a winmail.dat or of a uuencoded or yEnc block
 * is "<path of the part it lay in>.<n>".
 */
export type ReadPart = {
  path: string;
  /** Path of the listed part it lies in (a message/rfc822, a winmail.dat, a text with uuencoded blocks); null at the top. */
  parent: string | null;
  /** How many listed parts it lies in: 0 at the top. */
  depth: number;
  /** body: text of the letter; attachment: a file; inline: shown inside the HTML by its Content-ID; container: something listed whose contents are listed beneath it. */
  role: 'body' | 'attachment' | 'inline' | 'container';
  /** Lower case, 'text/plain' when none was declared (RFC 2045 5.2). */
  contentType: string;
  charset: string | null;
  charsetGuessed: boolean;
  /** File name for people: decoded, control characters and folders taken out. */
  name: string | null;
  nameGuessed: boolean;
  /** The file name as it was written in the header, before decoding. */
  nameRaw: string | null;
  disposition: 'inline' | 'attachment' | null;
  /** Without angle brackets. */
  contentId: string | null;
  /** Content-Transfer-Encoding, lower case; '7bit' when none was declared. */
  encoding: string;
  /** Bytes after decoding. */
  size: number;
  /** Hex, over the decoded bytes. */
  sha256: string;
  origin: 'mime' | 'message' | 'tnef' | 'uuencode' | 'yenc';
  /** True when a limit or a cut mail left a part of it out. */
  truncated: boolean;
  notes: ReadingNote[];
};

/** A message inside the letter: enough to show it in a list and to search it. Its file can be read like any letter. */
export type InnerMessage = { path: string; subject: string; from: Address | null; to: Address[]; date: Date | null; text: string };

export type ReadMessage = {
  headers: MessageHeaders;
  /** Every leaf and every message/rfc822, in the order of the mail. */
  parts: ReadPart[];
  /** The best text for a person and for the search: plain where there is one, else text out of the HTML. */
  text: string;
  /** Decoded, NOT sanitised; null when there is none. */
  html: string | null;
  /** The message/rfc822 parts, in order, with what they say. */
  inner: InnerMessage[];
  /** Everything that was not as it should be, those of the head and of the parts among them. */
  notes: ReadingNote[];
};

export type ReadLimits = {
  /** Parts listed at most; what follows is counted in a note. */
  maxParts: number;
  /** Multiparts and messages inside each other at most; what lies deeper is kept as one part. */
  maxDepth: number;
  /** Bytes of one part's head that are read. */
  maxHeadBytes: number;
  /** Bytes of decoded text kept of each body. */
  maxTextBytes: number;
  /** Bytes of a winmail.dat or of a text with uuencoded blocks that are opened in memory. */
  maxOpenBytes: number;
  /** Decoded bytes kept of all parts together: a message inside a message inside a message is kept once a level. */
  maxKeptBytes: number;
};

/** What the reader hands to whoever keeps the decoded bytes of a part. */
export type PartToKeep = { path: string; name: string | null; contentType: string };

/**
 * Takes the decoded bytes of one part as they come; `end` answers when everything given is kept. Both work at once, without a promise:
 * the reader runs on a thread of its own, where waiting for the disk delays nobody, and holds nothing back in memory.
 */
export type PartSink = { write(chunk: Uint8Array): void; end(): { sha256: string; size: number } };
