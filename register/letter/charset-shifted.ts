/**
 * The 7-bit East Asian charsets that WHATWG refuses to decode in a browser, because they hide markup, and that old mail still carries:
 * ISO-2022-KR (RFC 1557), ISO-2022-CN (RFC 1922, GB2312 only) and HZ (RFC 1843). Each is a shifted form of an 8-bit set we have.
 */

const EIGHT_BIT: Record<string, string> = {
  'iso-2022-kr': 'euc-kr',
  csiso2022kr: 'euc-kr',
  'iso-2022-cn': 'gbk',
  'iso-2022-cn-ext': 'gbk',
  'hz-gb-2312': 'gbk',
  hz: 'gbk',
};

/** Whether decodeShifted takes this charset (lower-case name). */
export function isShifted(name: string): boolean {
  return Object.hasOwn(EIGHT_BIT, name);
}

/** Decodes one of the charsets above; other escape sequences than the usual ones are dropped. Never throws. */
export function decodeShifted(bytes: Uint8Array, name: string): string {
  const hz = name.startsWith('hz');
  const out = Buffer.alloc(bytes.length);
  let length = 0;
  let shifted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const next = bytes[i + 1];
    if (hz && byte === 0x7e && (next === 0x7b || next === 0x7d || next === 0x7e || next === 0x0a)) {
      if (next === 0x7e) out[length++] = 0x7e;
      if (next === 0x7b || next === 0x7d) shifted = next === 0x7b;
      i++;
    } else if (!hz && byte === 0x1b) {
      // ESC $ ) C and its like designate a set; there is one a charset here, so the designation says nothing new.
      i += 3;
    } else if (!hz && (byte === 0x0e || byte === 0x0f)) {
      shifted = byte === 0x0e;
    } else {
      if (byte === 0x0a) shifted = false;
      out[length++] = shifted && byte > 0x20 ? byte | 0x80 : byte;
    }
  }
  return new TextDecoder(EIGHT_BIT[name]).decode(out.subarray(0, length));
}
