/** What is wrong with a copy, always at a named object: a path in the place, a table, a piece, a blob, an entry. */
import { Failure } from '../../register/failure.ts';
import { LoadFault } from '../db/load.ts';

export interface CopyFault {
  /** The place's name; '' for what concerns no place. */
  place: string;
  /** E.g. 'packs/3f/3f2a….tar.gz.age', 'table entry, piece 9f2c…', 'blob 9f2c…'. */
  object: string;
  problem: string;
}

/** A copy that cannot be restored, or not wholly. Not a Failure: trying again does not help, and the objects are what counts. */
export class DamagedCopy extends Error {
  readonly faults: CopyFault[];

  constructor(faults: CopyFault[]) {
    super(faults.map(describeFault).join('; ') || 'the copy is damaged');
    this.name = 'DamagedCopy';
    this.faults = faults;
  }
}

export function describeFault({ place, object, problem }: CopyFault): string {
  return `${place === '' ? '' : `${place}: `}${object}: ${problem}`;
}

// What says that this object is at fault. Anything else (the place is away, the disk is full, a defect) is not the copy's fault.
const OF_THE_OBJECT: Record<string, string> = {
  'not-in-place': 'is not there',
  'copy-key-wrong': 'the key at hand does not open it',
  'copy-damaged': 'was altered, or its end is missing',
};
// zlib and tar on bytes that were encrypted by somebody who could, but are no archive.
const NO_ARCHIVE = /^(Z_|ERR_ZLIB)/;

/** The fault an error tells of, or null when it is not the object's, or names its objects already. */
export function faultOf(place: string, object: string, error: unknown): CopyFault | null {
  if (error instanceof DamagedCopy) return null;
  if (error instanceof LoadFault) return { place, object: error.object, problem: error.problem };
  if (error instanceof Failure) {
    const problem = OF_THE_OBJECT[error.code];
    return problem === undefined ? null : { place, object, problem };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NO_ARCHIVE.test(code) || (error instanceof Error && /tar|Unexpected end of data/i.test(error.message) && code === ''))
    return { place, object, problem: 'is no archive of a copy' };
  return null;
}
