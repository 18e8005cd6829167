/** The doctor's look at the programs that recognise the text of scans. Their lack is no fault: such letters are entered and read without it. */
import type { OcrPrograms } from '../../register/ocr/programs.ts';
import type { Check } from './check.ts';

const NAME = 'Tesseract';
const INSTALL = 'apt-get install tesseract-ocr tesseract-ocr-tha poppler-utils';
const remedy = {
  th: `ติดตั้งด้วย ${INSTALL} แล้วเริ่มระบบใหม่`,
  en: `${INSTALL}, then start Saraban again`,
};

export function checkRecognition({ tesseract, languages, pdftoppm }: OcrPrograms): Check {
  if (tesseract === null) {
    return {
      name: NAME,
      state: 'warning',
      th: 'ไม่ได้ติดตั้ง จึงค้นข้อความในเอกสารสแกนและรูปภาพไม่ได้',
      en: 'not installed: the text of scans and pictures is not read',
      remedy,
    };
  }
  if (languages === null) {
    return {
      name: NAME,
      state: 'warning',
      th: `พบ ${tesseract} แต่ไม่มีข้อมูลภาษาไทย (tha) จึงไม่ใช้อ่านเอกสาร`,
      en: `${tesseract} is there without Thai (tha), and is not used`,
      remedy,
    };
  }
  if (pdftoppm === null) {
    return {
      name: NAME,
      state: 'warning',
      th: 'อ่านข้อความไทยในรูปภาพได้ แต่ไม่มี pdftoppm จึงอ่าน PDF ที่เป็นภาพสแกนไม่ได้',
      en: 'reads the Thai text of pictures; without pdftoppm it cannot read scanned PDFs',
      remedy,
    };
  }
  return {
    name: NAME,
    state: 'good',
    th: `อ่านข้อความในเอกสารสแกนและรูปภาพได้ (${languages})`,
    en: `reads the text of scans and pictures (${languages})`,
  };
}
