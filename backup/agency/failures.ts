/** What can stop an export or an import, in plain words for the person at the terminal. */
import { Failure, type UserMessage } from '../../register/failure.ts';

export function refusal(code: string, message: string, userMessage: UserMessage, cause?: unknown): Failure {
  return new Failure({ code, temporary: false, message, userMessage, ...(cause === undefined ? {} : { cause }) });
}

export function noSuchAgency(code: string): Failure {
  return refusal('no-such-agency', `there is no agency ${code}`, {
    th: `ไม่มีส่วนราชการรหัส ${code}`,
    en: `There is no agency ${code}.`,
  });
}

/** @param object - what is damaged: a file of the export, a table */
export function damagedExport(object: string, th: string, en: string, cause?: unknown): Failure {
  return refusal(
    'export-damaged',
    `${object}: ${en}`,
    { th: `ชุดข้อมูลเสียหาย: ${object} ${th} จึงยังไม่ได้นำเข้าสิ่งใด`, en: `The export is damaged: ${object} ${en}. Nothing was brought in.` },
    cause,
  );
}
