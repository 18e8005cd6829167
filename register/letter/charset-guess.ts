/**
 * What undeclared bytes look like: UTF-8 or Thai single bytes. charset.ts decides by these measures; they decide nothing themselves.
 */

export type Utf8Measure = {
  /** Bytes of 0x80 and above. */
  high: number;
  /** Well-formed sequences of two to four bytes. */
  good: number;
  /** Of these, the ones of three or four bytes. */
  long: number;
  /** Bytes that fit no sequence. One sequence cut at the very end is not counted. */
  bad: number;
  /** An ISO-2022-JP escape (ESC $ @, ESC $ B, ESC ( J, ESC ( I) was seen. */
  escape: boolean;
};

/** Counts how far bytes are well-formed UTF-8 (RFC 3629). Linear, never throws. */
export function measureUtf8(bytes: Uint8Array): Utf8Measure {
  const found: Utf8Measure = { high: 0, good: 0, long: 0, bad: 0, escape: false };
  const end = bytes.length;
  let i = 0;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte < 0x80) {
      if (byte === 0x1b && isJapaneseEscape(bytes, i)) found.escape = true;
      i++;
      continue;
    }
    const length = sequenceLength(byte);
    let have = 1;
    while (have < length && i + have < end && continues(bytes, i, have)) have++;
    found.high += have;
    if (length > 0 && have === length) {
      found.good++;
      if (length > 2) found.long++;
    } else if (!(length > 0 && i + have >= end && found.good > 0)) {
      found.bad += have;
    }
    i += have;
  }
  return found;
}

function sequenceLength(byte: number): number {
  if (byte >= 0xc2 && byte <= 0xdf) return 2;
  if (byte >= 0xe0 && byte <= 0xef) return 3;
  return byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
}

/** The second byte has tighter bounds after E0, ED, F0 and F4 (overlong forms, surrogates, beyond U+10FFFF). */
function continues(bytes: Uint8Array, start: number, at: number): boolean {
  const byte = bytes[start + at]!;
  if (byte < 0x80 || byte > 0xbf) return false;
  if (at > 1) return true;
  const first = bytes[start]!;
  if (first === 0xe0) return byte >= 0xa0;
  if (first === 0xed) return byte <= 0x9f;
  if (first === 0xf0) return byte >= 0x90;
  return first !== 0xf4 || byte <= 0x8f;
}

function isJapaneseEscape(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at + 1];
  const second = bytes[at + 2];
  return (first === 0x24 && (second === 0x40 || second === 0x42)) || (first === 0x28 && (second === 0x4a || second === 0x49));
}

const isConsonant = (byte: number) => byte >= 0xa1 && byte <= 0xce;
const isMark = (byte: number) => byte === 0xd1 || (byte >= 0xd4 && byte <= 0xda) || (byte >= 0xe7 && byte <= 0xee);

/**
 * Whether bytes labelled as Latin-1 are Thai in TIS-620. Accented letters stand alone in Western words; Thai stands in runs whose vowel
 * and tone marks follow consonants. Taking French for Thai is the worse mistake, so every mark must stand right and runs must be long.
 */
export function looksThai874(bytes: Uint8Array): boolean {
  let high = 0;
  let inRuns = 0;
  let marks = 0;
  let run = 0;
  const end = Math.min(bytes.length, 65_536);
  for (let i = 0; i <= end; i++) {
    const byte = i < end ? bytes[i]! : 0;
    if (byte >= 0x80) {
      if (byte === 0xff || (byte >= 0xdb && byte <= 0xde) || byte > 0xfb) return false;
      if (isMark(byte)) {
        const before = i > 0 ? bytes[i - 1]! : 0;
        if (!isConsonant(before) && !isMark(before)) return false;
        marks++;
      }
      high++;
      run++;
    } else {
      if (run >= 3) inRuns += run;
      run = 0;
    }
  }
  return high >= 4 && marks >= 1 && inRuns >= high * 0.8;
}
