/** What goes between register/print/press-line.ts and the press. */
import type { CertificateData, EscrowSheetData, FormData, NumberBookData, StampData } from './data.ts';

export type FormJob =
  | { form: 'form13' | 'form14'; data: FormData }
  | { form: 'stamp'; data: StampData }
  | { form: 'certificate'; data: CertificateData }
  | { form: 'escrowSheet'; data: EscrowSheetData }
  | { form: 'numberBook'; data: NumberBookData };

export type PressAnswer = { outcome: 'printed'; pdf: Uint8Array } | { outcome: 'failed'; detail: string };
