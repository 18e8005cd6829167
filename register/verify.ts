/**
 * Proves I2-I5 and I11 over the whole database and blob store, and names what is wrong. Works as the database's owner, for it looks across agencies.
 * Used by `saraban verify`, by every test that touched a database, and by the night's proof.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Database, Transaction } from './db/connect.ts';
import { actHash, entryHash, genesisHash } from './ledger.ts';
import type { Store } from './store/folder.ts';
import { verifyDays } from './verify-days.ts';
import {
  type AgencyRow,
  selectAgencies,
  selectBrokenAcknowledgements,
  selectDoubleMessages,
  selectLooseEnds,
  selectSeries,
  selectUnitGaps,
  streamActs,
  streamBlobs,
  streamEntries,
} from './verify-queries.ts';

/** What is wrong, at what. `invariant` is the number in docs/invariants.md. */
export interface Fault {
  invariant: 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I11';
  /** E.g. 'entry tambon receive 17/2569', 'blob 9f2c…'. */
  object: string;
  problem: string;
}

export interface VerifyReport {
  agencies: number;
  entries: number;
  acts: number;
  blobs: number;
  bytes: number;
  faults: Fault[];
}

export interface VerifyInput {
  db: Database;
  store: Store;
  /** Re-hash every blob (default), or only check that it is there with the right size. */
  readBlobs?: boolean;
  /** Blobs that need not be in the store: their bytes were read and found whole elsewhere (backup/prove: at the place, in an earlier night). */
  isProvenElsewhere?: (sha256: string, size: number) => boolean;
  /** Look at this agency alone; all of them when not said. */
  agencyId?: number;
}

/** Reads everything in one snapshot, so that it may run while letters keep coming in. Memory does not grow with the register. */
export async function verify(input: VerifyInput): Promise<VerifyReport> {
  return (await input.db.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', tx => verifyIn(tx, input))) as VerifyReport;
}

/** As verify, within a transaction: sees what it has written, so that rows can be proven before they are committed. */
export async function verifyIn(tx: Transaction, input: Omit<VerifyInput, 'db'>): Promise<VerifyReport> {
  const report: VerifyReport = { agencies: 0, entries: 0, acts: 0, blobs: 0, bytes: 0, faults: [] };
  const only = input.agencyId ?? null;
  const agencies = await selectAgencies(tx, only);
  report.agencies = agencies.filter(agency => agency.id > 0).length;
  const codes = new Map(agencies.map((agency: AgencyRow) => [agency.id, agency.code]));
  const heads = new Map((await selectSeries(tx, only)).map(row => [`${row.agencyId} ${row.series} ${row.year}`, row]));

  const chains = new Chains(codes, report);
  for await (const rows of streamEntries(tx, only)) {
    for (const row of rows) {
      report.entries++;
      const object = `entry ${codes.get(row.agencyId) ?? row.agencyId} ${row.register} ${row.number}/${row.year}`;
      chains.next(
        `${row.agencyId} ${row.register} ${row.year}`,
        row.agencyId,
        row.register,
        row.year,
        row.number,
        row.previousHash,
        entryHash(row),
        row.hash,
        object,
      );
      if (row.messageSha256 !== null && row.rawSha256 !== null && !row.messageSha256.equals(row.rawSha256)) {
        report.faults.push({ invariant: 'I4', object, problem: 'the hash of the raw bytes in the entry is not that of its message' });
      }
    }
  }
  for await (const rows of streamActs(tx, only)) {
    for (const row of rows) {
      report.acts++;
      const object = `act ${codes.get(row.agencyId) ?? row.agencyId} ${row.register} ${row.ordinal}`;
      chains.next(
        `${row.agencyId} act:${row.register} 0`,
        row.agencyId,
        `act:${row.register}`,
        0,
        row.ordinal,
        row.previousHash,
        actHash(row),
        row.hash,
        object,
      );
    }
  }
  chains.finish(heads);

  for (const row of await selectDoubleMessages(tx, only))
    report.faults.push({ invariant: 'I2', object: `message ${row.id}`, problem: 'the same bytes under the same envelope stand twice' });
  for (const row of await selectLooseEnds(tx, only))
    report.faults.push({ invariant: row.invariant, object: row.object, problem: row.problem });
  for (const row of await selectUnitGaps(tx, only))
    report.faults.push({
      invariant: 'I3',
      object: `unit register ${row.unitId} ${row.year}`,
      problem: `${row.entries} numbers, the last is ${row.last}`,
    });
  for (const row of await selectBrokenAcknowledgements(tx, only))
    report.faults.push({ invariant: 'I6', object: `entry ${row.entryId}`, problem: 'acknowledged more than once' });
  report.faults.push(...(await verifyDays(tx, { store: input.store, codes, only })));
  await verifyBlobs(streamBlobs(tx, only), input, report);
  return report;
}

interface Head {
  number: number;
  hash: Buffer;
}

/** Walks chains link by link; rows of a chain come in the order of their numbers. */
class Chains {
  private readonly heads = new Map<string, Head>();
  private readonly codes: Map<number, string>;
  private readonly report: VerifyReport;

  constructor(codes: Map<number, string>, report: VerifyReport) {
    this.codes = codes;
    this.report = report;
  }

  next(
    key: string,
    agencyId: number,
    series: string,
    year: number,
    number: number,
    previousHash: Buffer,
    computed: Buffer,
    written: Buffer,
    object: string,
  ): void {
    const head = this.heads.get(key) ?? { number: 0, hash: genesisHash(this.codes.get(agencyId) ?? '', series, year) };
    if (number !== head.number + 1) {
      const missing = number - head.number - 1;
      this.report.faults.push({
        invariant: 'I3',
        object,
        problem:
          missing > 0 ? `${missing} before it missing (after ${head.number})` : `stands twice or out of order (after ${head.number})`,
      });
    }
    if (!previousHash.equals(head.hash))
      this.report.faults.push({ invariant: 'I11', object, problem: 'is not linked to the one before it' });
    if (!computed.equals(written))
      this.report.faults.push({ invariant: 'I11', object, problem: 'was altered: its hash does not cover what it says' });
    this.heads.set(key, { number, hash: written });
  }

  /** The series' own row must name the last link: else rows are missing at the end. */
  finish(series: Map<string, { agencyId: number; series: string; year: number; lastNumber: number; headHash: Buffer }>): void {
    for (const [key, row] of series) {
      if (row.series.startsWith('unit:')) continue;
      const head = this.heads.get(key);
      const object = `series ${this.codes.get(row.agencyId) ?? row.agencyId} ${row.series} ${row.year}`;
      if ((head?.number ?? 0) !== row.lastNumber)
        this.report.faults.push({ invariant: 'I3', object, problem: `ends at ${head?.number ?? 0}, but ${row.lastNumber} were given` });
      else if (head !== undefined && !head.hash.equals(row.headHash))
        this.report.faults.push({ invariant: 'I11', object, problem: 'its head is not the hash of its last link' });
    }
    for (const key of this.heads.keys())
      if (!series.has(key)) this.report.faults.push({ invariant: 'I3', object: `series ${key}`, problem: 'its row is missing' });
  }
}

async function verifyBlobs(
  blobs: AsyncIterable<{ sha256: string; size: number }[]>,
  input: Omit<VerifyInput, 'db'>,
  report: VerifyReport,
): Promise<void> {
  for await (const rows of blobs) {
    for (const { sha256, size } of rows) {
      report.blobs++;
      report.bytes += size;
      const object = `blob ${sha256}`;
      const found = await input.store.size(sha256);
      if (found === null && input.isProvenElsewhere?.(sha256, size) === true) continue;
      if (found === null) report.faults.push({ invariant: 'I4', object, problem: 'its file is missing' });
      else if (found !== size) report.faults.push({ invariant: 'I4', object, problem: `its file has ${found} bytes, not ${size}` });
      else if (input.readBlobs !== false && (await hashOf(input.store, sha256)) !== sha256)
        report.faults.push({ invariant: 'I4', object, problem: 'its bytes were changed' });
    }
  }
}

async function hashOf(store: Store, sha256: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(store.stream(sha256), hash);
  return hash.digest('hex');
}
