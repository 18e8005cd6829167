/**
 * The press: a process of its own, started by register/print/press-line.ts. It takes one form at a time and answers with the PDF. The compiler is native code, which ends its
 * whole process at some inputs and keeps its memory; here neither touches the process that serves letters.
 */
import { fillForm } from './fill.ts';
import type { FormJob, PressAnswer } from './form-job.ts';
import { createCompiler } from './typst.ts';

const compiler = createCompiler();

process.on('message', async (job: FormJob) => {
  let answer: PressAnswer;
  try {
    const { form, value, at } = await fillForm(job);
    answer = { outcome: 'printed', pdf: compiler.compile(form, value, at) };
  } catch (error) {
    answer = { outcome: 'failed', detail: said(error) };
  }
  process.send?.(answer);
});
// Whoever started the press is gone, however it ended.
process.on('disconnect', () => process.exit(0));

/** The compiler says some of its faults in `code` alone. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
