/**
 * Texts as the press sets them: Thai in the private codes of register/print/thai-face.ts, a zero width space wherever a line may end between two Thai words, and nothing that
 * could make a form fail. What the face cannot show becomes a box; marks of direction go, for with them a stranger's subject would read otherwise than it is
 * (and what runs from right to left ends the compiler).
 */
import { MISSING, PRIVATE_AM, PRIVATE_AM_TAIL, PRIVATE_THAI } from './thai-face.ts';

const WORDS = new Intl.Segmenter('th', { granularity: 'word' });
const CLUSTERS = new Intl.Segmenter('th', { granularity: 'grapheme' });
const BREAK = '\u200b';

// A run without a place to break wider than this overflows the narrowest column of form 13.
const LONGEST = 14;
// A letter's number, mai yamok and the like stay with what they belong to.
const STARTS_WITH_LETTER = /^[ก-ฮเ-ไ]/;
const ENDS_WITH_LETTER = /[ก-ฺเ-๎]$/;

// Words that the segmenter parts and officials do not.
const UNPARTED = new RegExp(
  ['ครั้งที่', 'หมู่ที่', 'ฉบับที่', 'เลขที่', 'ดำเนินการ', 'ปฏิบัติการ', 'เจ้าหน้าที่', 'ต่อไป'].map(word => [...word].join(`${BREAK}?`)).join('|'),
  'g',
);

/** @param has - whether the face can show a character */
export function inThaiLines(text: string, has: (codePoint: number) => boolean): string {
  return inPrivateCodes(withBreaks(cleaned(text)), has);
}

function cleaned(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(/\p{Cf}|[\ufe00-\ufe0f]/gu, '')
    .replace(/\p{Co}/gu, String.fromCharCode(MISSING))
    .replace(/\u0e4d([\u0e48-\u0e4b]?)\u0e32/g, '$1\u0e33')
    .replace(/(พ\.ศ\.|ค\.ศ\.) (?=[0-9๐-๙])/g, '$1\u00a0')
    .replace(/(ที่|ข้อ|มาตรา) (?=[0-9๐-๙])/g, '$1\u00a0')
    .replace(/ (?=[ๆฯ])|(?<=[0-9๐-๙]) (?=น\.)/g, '\u00a0');
}

function withBreaks(text: string): string {
  let written = '';
  let run = '';
  for (const { segment } of WORDS.segment(text)) {
    if (/^\s/u.test(segment)) {
      written += cut(run) + segment;
      run = '';
    } else if (ENDS_WITH_LETTER.test(run) && STARTS_WITH_LETTER.test(segment)) {
      written += cut(run) + BREAK;
      run = segment;
    } else run += segment;
  }
  return (written + cut(run)).replace(UNPARTED, word => word.replaceAll(BREAK, ''));
}

/** What is too long for a line is broken after a mark, else after so many letters. Short runs are returned as they are. */
function cut(run: string): string {
  if (run.length <= LONGEST) return run;
  const most = /^[0-9a-f]{40,}$/.test(run) ? 16 : LONGEST;
  let written = '';
  let length = 0;
  for (const { segment } of CLUSTERS.segment(run)) {
    if (length >= most) {
      written += BREAK;
      length = 0;
    }
    written += segment;
    length += 1;
    if (length > 5 && /[/.?&=_,;:-]$/.test(segment)) {
      written += BREAK;
      length = 0;
    }
  }
  return written;
}

function inPrivateCodes(text: string, has: (codePoint: number) => boolean): string {
  let written = '';
  for (const character of text.replace(
    /([\u0e48-\u0e4b])\u0e33/g,
    `${String.fromCharCode(PRIVATE_THAI + 0x4d)}$1${String.fromCharCode(PRIVATE_AM_TAIL)}`,
  )) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x0e33) written += String.fromCharCode(PRIVATE_AM);
    else if (code >= 0x0e01 && code <= 0x0e5b && has(code)) written += String.fromCharCode(PRIVATE_THAI + code - 0x0e00);
    else
      written +=
        character === BREAK || (code >= PRIVATE_THAI && code <= PRIVATE_AM_TAIL) || has(code) ? character : String.fromCharCode(MISSING);
  }
  return written;
}
