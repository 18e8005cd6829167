import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findOcrPrograms, languagesToAsk } from './programs.ts';

test('Thai is asked for with English beside it, and nothing without Thai', () => {
  const heading = 'List of available languages in "/usr/share/tha/eng/" (3):\n';
  expect(['eng\nosd\ntha\n', 'osd\ntha\n', 'eng\nosd\n', ''].map(listed => languagesToAsk(heading + listed))).toEqual([
    'tha+eng',
    'tha',
    null,
    null,
  ]);
});

test('programs are looked for on an absolute PATH, must be executable, and may say what they like', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'saraban-path-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(await findOcrPrograms(`:.:relative:${folder}`)).toEqual({ tesseract: null, languages: null, pdftoppm: null });
  writeFileSync(join(folder, 'pdftoppm'), '');
  writeFileSync(join(folder, 'tesseract'), '#!/bin/sh\necho tha\nexit 1\n');
  expect(await findOcrPrograms(folder)).toEqual({ tesseract: null, languages: null, pdftoppm: null });
  chmodSync(join(folder, 'tesseract'), 0o755);
  expect(await findOcrPrograms(folder)).toEqual({ tesseract: join(folder, 'tesseract'), languages: null, pdftoppm: null });
});
