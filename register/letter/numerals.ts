// Thai and Arabic digits, one for one. Letters come with either, often both on one line; registers and stamps are printed with the
// agency's choice. Both conversions keep the text's length, so a position found in one form is the same position in the other.

const THAI_ZERO = 0x0e50;
const ARABIC_ZERO = 0x30;

/** Turns ๐-๙ into 0-9; everything else stays. The length does not change. */
export function toArabicDigits(text: string): string {
  return text.replace(/[๐-๙]/g, digit => String.fromCharCode(digit.charCodeAt(0) - THAI_ZERO + ARABIC_ZERO));
}

/** Turns 0-9 into ๐-๙; everything else stays. The length does not change. */
export function toThaiDigits(text: string): string {
  return text.replace(/[0-9]/g, digit => String.fromCharCode(digit.charCodeAt(0) - ARABIC_ZERO + THAI_ZERO));
}

/** Which digits a page, a stamp or a mail is written with: a setting of the agency. */
export type Digits = 'arabic' | 'thai';

/** Writes the digits of `text` in the agency's choice, whatever they were before. */
export function inDigits(text: string, digits: Digits): string {
  return digits === 'thai' ? toThaiDigits(text) : toArabicDigits(text);
}
