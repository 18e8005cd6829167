/** A new version of a mail template of the agency. */
import { Checks } from '../checks.ts';
import { storable } from '../db/storable.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { compileTemplate, LONGEST_TEMPLATE } from '../template/render.ts';
import { insertAct } from './queries.ts';
import { actInOffice } from './run.ts';
import { insertTemplate } from './version-queries.ts';

export const TEMPLATE_NAMES = ['acknowledgement', 'return', 'notification'] as const;

export interface TemplateInput {
  name: string;
  subject: string;
  bodyText: string;
  bodyHtml: string;
}

/** Saves a template when each of its three parts compiles. */
export async function saveTemplate(
  context: RegisterContext,
  officer: Officer,
  input: TemplateInput,
): Promise<ActOutcome<{ version: number }>> {
  return await actInOffice<{ version: number }>(context, officer, 'manage-templates', async (tx, at) => {
    const checks = new Checks();
    const name = checks.oneOf('name', input.name, TEMPLATE_NAMES);
    const subject = checkTemplate(checks, 'subject', input.subject, 'text');
    if (/[\r\n]/.test(subject)) checks.fault('subject', 'ชื่อเรื่องต้องอยู่ในบรรทัดเดียว', 'The subject must be one line.');
    const bodyText = checkTemplate(checks, 'bodyText', input.bodyText, 'text');
    const bodyHtml = checkTemplate(checks, 'bodyHtml', input.bodyHtml, 'html');
    if (checks.invalid !== null || name === null) return checks.invalid ?? { outcome: 'not-found' };
    const version = await insertTemplate(tx, {
      agencyId: officer.agencyId,
      name,
      subject,
      bodyText,
      bodyHtml,
      savedBy: officer.name,
      savedAt: at,
    });
    await insertAct(tx, officer, at, { register: 'office', kind: 'template-saved', detail: { name, version } });
    return { outcome: 'done', version };
  });
}

function checkTemplate(checks: Checks, field: string, value: unknown, kind: 'text' | 'html'): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST_TEMPLATE) {
    checks.fault(field, `โปรดกรอกข้อความไม่เกิน ${LONGEST_TEMPLATE} ตัวอักษร`, `Please write a text of at most ${LONGEST_TEMPLATE} characters.`);
    return '';
  }
  const text = storable(value, LONGEST_TEMPLATE);
  const compiled = compileTemplate(text, kind);
  if (compiled.outcome === 'fault')
    checks.fault(compiled.line > 0 ? `${field} line ${compiled.line}` : field, compiled.message.th, compiled.message.en);
  return text;
}
