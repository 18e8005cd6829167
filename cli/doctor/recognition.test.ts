import { expect, test } from 'vitest';
import { findOcrPrograms } from '../../register/ocr/programs.ts';
import { checkRecognition } from './recognition.ts';

const WHOLE = { tesseract: '/usr/bin/tesseract', languages: 'tha+eng', pdftoppm: '/usr/bin/pdftoppm' };

test('recognition of text: whole, without a program for PDFs, without Thai, not there', () => {
  expect(checkRecognition(WHOLE)).toMatchObject({ state: 'good', en: expect.stringContaining('tha+eng') });
  const lacking = [
    { ...WHOLE, pdftoppm: null },
    { ...WHOLE, languages: null },
    { tesseract: null, languages: null, pdftoppm: null },
  ];
  const checks = lacking.map(checkRecognition);
  expect(checks.map(check => [check.state, check.remedy?.en.includes('tesseract-ocr-tha')])).toEqual(lacking.map(() => ['warning', true]));
  expect(new Set(checks.map(check => check.en)).size).toBe(3);
});

test('a machine with nothing on its PATH is told how to get it', async () => {
  expect(checkRecognition(await findOcrPrograms(''))).toMatchObject({ state: 'warning', en: expect.stringContaining('not installed') });
});
