/** A certificate as the printed form takes it (register/print): the same figures, in Thai words. */
import type { CertificateData } from '../../register/print/data.ts';
import type { Certificate } from './certificate.ts';
import type { PrintedAgencyRow } from './queries.ts';

const REGISTERS: Record<string, string> = {
  receive: 'ทะเบียนหนังสือรับ',
  'receive-classified': 'ทะเบียนหนังสือรับ (ลับ)',
  send: 'ทะเบียนหนังสือส่ง',
  'send-classified': 'ทะเบียนหนังสือส่ง (ลับ)',
  office: 'สำนักงาน',
};
const SHORT: Record<string, string> = { receive: 'รับ', 'receive-classified': 'รับ (ลับ)', send: 'ส่ง', 'send-classified': 'ส่ง (ลับ)' };

function seriesName(series: string): string {
  if (series.startsWith('act:')) return `บันทึกการดำเนินการ ${REGISTERS[series.slice(4)] ?? series.slice(4)}`;
  if (series.startsWith('unit:')) return `ทะเบียนรับของหน่วย ${series.slice(5, 13)}`;
  return REGISTERS[series] ?? series;
}

/** Thai for the sentences of faults; the object itself is named as it lies there. */
const PROBLEMS: [RegExp, string][] = [
  [/^is not there$/, 'ไม่มีอยู่'],
  [/^the key at hand does not open it$/, 'กุญแจที่มีเปิดไม่ได้'],
  [/^was altered, or its end is missing$/, 'ถูกแก้ไขหรือไม่ครบ'],
  [/swapped night/, 'เป็นสำเนาของคืนอื่น'],
  [/bytes (are not|were changed)|is not the file/, 'เนื้อไฟล์ไม่ตรงกับที่บันทึกไว้'],
];

export function printedCertificate(
  certificate: Certificate,
  agency: PrintedAgencyRow,
  keyFingerprint: string,
  jsonSha256: string,
): CertificateData {
  const { counts, found, durations, versions } = certificate;
  const whole = certificate.scope === 'appliance';
  return {
    agency,
    scope: certificate.scope,
    id: certificate.id,
    outcome: certificate.outcome,
    copyId: certificate.copy.id,
    cutAt: certificate.copy.cutAt,
    place: { name: certificate.place.name, address: certificate.place.label.th },
    beganAt: certificate.beganAt,
    finishedAt: certificate.provenAt,
    steps: [
      { what: 'ดึงสำเนากลับและถอดรหัส', milliseconds: durations.fetchMs },
      { what: 'กู้คืนลงฐานข้อมูลชั่วคราว', milliseconds: durations.restoreMs },
      { what: 'ตรวจทะเบียนและเปรียบเทียบ', milliseconds: durations.verifyMs },
      { what: 'เปิดอ่านหนังสือ', milliseconds: durations.openMs },
      ...(certificate.timeToRestoreMs === null ? [] : [{ what: 'เวลากู้คืนทั้งระบบโดยประมาณ', milliseconds: certificate.timeToRestoreMs }]),
    ],
    bytes: { fetched: certificate.fetched?.bytes ?? null, restored: counts?.bytes ?? 0 },
    counts:
      counts === null
        ? []
        : [
            {
              what: 'หนังสือในทะเบียน',
              expected: counts.entries,
              found: found?.entries ?? (whole ? null : foundOf(certificate, counts.entries)),
            },
            { what: 'ไฟล์', expected: counts.blobs, found: found?.blobs ?? (whole ? null : foundOf(certificate, counts.blobs)) },
            { what: 'ไบต์ของไฟล์', expected: counts.bytes, found: found?.bytes ?? (whole ? null : foundOf(certificate, counts.bytes)) },
          ],
    series: certificate.registers.map(row => ({
      agency: whole ? row.agency : '',
      name: seriesName(row.series),
      year: row.year,
      rows: row.rows,
      lastNumber: row.lastNumber,
      headHash: row.headHash,
      holds: row.holds,
    })),
    opened: certificate.lettersOpened.map(({ register, number, year }) => `${SHORT[register] ?? register} ${number}/${year}`),
    hashes: [
      { what: 'บัญชีสำเนา (manifest.json)', sha256: certificate.copy.manifestSha256 },
      { what: 'ใบรับรองฉบับนี้ (JSON)', sha256: jsonSha256 },
      ...(certificate.previous === null ? [] : [{ what: 'ใบรับรองฉบับก่อน', sha256: certificate.previous }]),
    ],
    versions: [
      { what: 'Saraban', version: versions.program },
      { what: 'PostgreSQL', version: versions.postgres },
      ...(versions.proofPostgres === null ? [] : [{ what: 'PostgreSQL (ที่ใช้พิสูจน์)', version: versions.proofPostgres }]),
    ],
    notProven: certificate.notProven.map(({ th }) => th),
    problems: certificate.faults.map(
      ({ object, problem }) => `${object}: ${PROBLEMS.find(([shape]) => shape.test(problem))?.[1] ?? problem}`,
    ),
    keyFingerprint,
  };
}

/** An agency's figures were compared one by one; without a fault among its own they are what was expected. */
function foundOf(certificate: Certificate, expected: number): number | null {
  return certificate.outcome === 'proven' ? expected : null;
}
