/** Which form a job is printed on, and what the form is told. */
import { fillCertificate } from './fill-certificate.ts';
import { fillEscrowSheet } from './fill-escrow-sheet.ts';
import { fillNumberBook } from './fill-number-book.ts';
import { fillRegister } from './fill-register.ts';
import { fillStamp } from './fill-stamp.ts';
import type { FormJob } from './form-job.ts';
import type { FormName, FormValue } from './typst.ts';

/** `at` is the file's time of creation: printed twice from the same data, a form is the same to the byte. */
export async function fillForm(job: FormJob): Promise<{ form: FormName; value: FormValue; at: Date }> {
  switch (job.form) {
    case 'form13':
      return { form: 'register', value: fillRegister(job.data, 'receive'), at: job.data.printedAt };
    case 'form14':
      return { form: 'register', value: fillRegister(job.data, 'send'), at: job.data.printedAt };
    case 'stamp':
      return { form: 'stamp', value: await fillStamp(job.data), at: job.data.enteredAt };
    case 'certificate':
      return { form: 'certificate', value: fillCertificate(job.data), at: new Date(job.data.finishedAt) };
    case 'escrowSheet':
      return { form: 'escrow-sheet', value: await fillEscrowSheet(job.data), at: job.data.at };
    case 'numberBook':
      return { form: 'number-book', value: await fillNumberBook(job.data), at: job.data.madeAt };
  }
}
