/**
 * The only door to the QR code library. A code carries the address of a letter's public page: it stands in the acknowledgement and on the stamp.
 */
import { toBuffer, toString as toText } from 'qrcode';

// M (15 % may be damaged) survives a printout that was stamped on; a quiet zone of 4 modules is what ISO/IEC 18004 asks.
const OPTIONS = { errorCorrectionLevel: 'M', margin: 4 } as const;

/** The code as an SVG document of about 2 KB. @throws Error when the text is longer than a QR code can hold (2,331 bytes) */
export async function qrSvg(text: string): Promise<string> {
  return await toText(text, { ...OPTIONS, type: 'svg' });
}

/** The code as a PNG, `width` pixels square, for mails: mail programs do not show SVG. */
export async function qrPng(text: string, width = 180): Promise<Buffer> {
  return await toBuffer(text, { ...OPTIONS, width });
}
