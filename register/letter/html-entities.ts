/** Character references of HTML: the numeric ones, and the names that mail programs write (HTML 4's; the rest stay as they stand). */

/** The names of U+00A0 to U+00FF, in order. */
const LATIN1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest ' +
  'Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig ' +
  'agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';

/** Names and code points of the others. */
const OTHERS =
  'quot 22 amp 26 lt 3c gt 3e apos 27 OElig 152 oelig 153 Scaron 160 scaron 161 Yuml 178 fnof 192 circ 2c6 tilde 2dc ensp 2002 emsp 2003 thinsp 2009 zwnj 200c zwj 200d lrm 200e rlm 200f ' +
  'ndash 2013 mdash 2014 lsquo 2018 rsquo 2019 sbquo 201a ldquo 201c rdquo 201d bdquo 201e dagger 2020 Dagger 2021 bull 2022 hellip 2026 permil 2030 prime 2032 Prime 2033 lsaquo 2039 rsaquo 203a ' +
  'oline 203e frasl 2044 euro 20ac trade 2122 larr 2190 uarr 2191 rarr 2192 darr 2193 harr 2194 minus 2212 infin 221e asymp 2248 ne 2260 le 2264 ge 2265 check 2713 alpha 3b1 beta 3b2 gamma 3b3 delta 3b4 ' +
  'pi 3c0 sigma 3c3 mu 3bc Omega 3a9 omega 3c9 hearts 2665 num 23 excl 21 dollar 24 percnt 25 lpar 28 rpar 29 ast 2a plus 2b comma 2c period 2e sol 2f colon 3a semi 3b equals 3d quest 3f commat 40 ' +
  'lsqb 5b bsol 5c rsqb 5d lowbar 5f grave 60 lbrace 7b lcub 7b verbar 7c rbrace 7d rcub 7d Tab 9 NewLine a';

const NAMES = new Map<string, string>();
for (const [index, name] of LATIN1.split(' ').entries()) NAMES.set(name, String.fromCharCode(0xa0 + index));
const pairs = OTHERS.split(' ');
for (let i = 0; i < pairs.length; i += 2) NAMES.set(pairs[i]!, String.fromCodePoint(Number.parseInt(pairs[i + 1]!, 16)));

/** What the HTML standard reads for the numbers 0x80 to 0x9F: windows-1252. */
const WINDOWS = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index));

/** Replaces character references; NUL and surrogates become U+FFFD, unknown names stay as they stand. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#[xX]([0-9a-fA-F]{1,8})|#([0-9]{1,9})|([A-Za-z][A-Za-z0-9]{1,10}));?/g,
    (whole: string, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) {
        const known = NAMES.get(name);
        // Without its semicolon only what can't be the beginning of a word or of a URL's parameter is read.
        return known !== undefined && (whole.endsWith(';') || name === 'nbsp' || name === 'amp' || name === 'lt' || name === 'gt')
          ? known
          : whole;
      }
      const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
      if (code >= 0x80 && code < 0xa0) return WINDOWS[code - 0x80] ?? '�';
      return code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? '�' : String.fromCodePoint(code);
    },
  );
}
