/** Both languages of the office pages. */
import { officeEn } from './office.en.ts';
import { officeTh } from './office.th.ts';
import type { Language } from './text.ts';

export type OfficeText = typeof officeTh;

export function officeText(language: Language): OfficeText {
  return language === 'en' ? officeEn : officeTh;
}
