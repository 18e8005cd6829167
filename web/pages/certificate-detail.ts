/**
 * What a certificate's JSON says of each register: the counts, last numbers and heads of chains that the proof compared. backup/prove writes it; read here as a
 * stranger would, so that a certificate of an older or newer form shows less and breaks nothing.
 */
import type { CertificateRow } from '../../register/look/nights.ts';
import type { Store } from '../../register/store/folder.ts';

export interface RegisterFigure {
  /** A register's name; 'act:<register>' for its chain of acts. */
  series: string;
  year: number;
  lastNumber: number;
  headHash: string;
  rows: number;
  /** Code of the agency, in the appliance's certificate; '' when it is not said. */
  agency: string;
  /** Whether the restored register said the same; null: not looked at. */
  holds: boolean | null;
}

const LARGEST = 4_000_000;

/** Empty when the certificate cannot be read. */
export async function registersOf(store: Pick<Store, 'read'>, certificate: CertificateRow): Promise<RegisterFigure[]> {
  if (certificate.jsonSize > LARGEST) return [];
  try {
    return figuresOf(JSON.parse((await store.read(certificate.jsonSha256)).toString('utf8')));
  } catch {
    return [];
  }
}

export function figuresOf(value: unknown): RegisterFigure[] {
  const record = recordOf(value);
  const list: unknown[] = Array.isArray(record.registers) ? record.registers : [];
  return list.map(recordOf).flatMap(one => {
    const { series, year, lastNumber, headHash, rows, agency, holds } = one;
    if (typeof series !== 'string' || typeof year !== 'number' || typeof lastNumber !== 'number') return [];
    return [
      {
        series,
        year,
        lastNumber,
        headHash: typeof headHash === 'string' ? headHash : '',
        rows: typeof rows === 'number' ? rows : lastNumber,
        agency: typeof agency === 'string' ? agency : '',
        holds: typeof holds === 'boolean' ? holds : null,
      },
    ];
  });
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
