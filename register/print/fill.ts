/** Which form a job is printed on, and what the form is told. */
import { fillCertificate } from './fill-certificate.ts';
import { fillRegister } from './fill-register.ts';
import type { FormJob } from './form-job.ts';
import type { FormName, FormValue } from './typst.ts';

export function fillForm(job: FormJob): { form: FormName; value: FormValue; at: Date } {
  switch (job.form) {
    case 'form13':
      return { form: 'register', value: fillRegister(job.data, 'receive'), at: job.data.printedAt };
    case 'form14':
      return { form: 'register', value: fillRegister(job.data, 'send'), at: job.data.printedAt };
    case 'certificate':
      return { form: 'certificate', value: fillCertificate(job.data), at: new Date(job.data.finishedAt) };
    default:
      throw new Error(`No such form: ${job.form}`);
  }
}
