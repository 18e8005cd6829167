/**
 * The hash chain, outside the database (I11). The triggers of 0002_register.sql link each entry and each act to the one before it;
 * these functions make the same bytes, so that anybody with the rows can check the chain without trusting the database.
 *
 * A link is SHA-256 over a JSON array in UTF-8, its items separated by ', ' as PostgreSQL's json_build_array writes them.
 */
import { createHash } from 'node:crypto';

type Item = string | number | null;

function link(items: Item[]): Buffer {
  return createHash('sha256')
    .update(`[${items.map(item => JSON.stringify(item)).join(', ')}]`)
    .digest();
}

/** The chain's start: names the agency and the series, so that no chain can be passed off as another's. */
export function genesisHash(agencyCode: string, series: string, year: number): Buffer {
  return link(['saraban series 1', agencyCode, series, year]);
}

export interface EntryLink {
  previousHash: Buffer;
  register: string;
  year: number;
  number: number;
  id: string;
  rawSha256: Buffer | null;
  receivedAt: Date;
  enteredAt: Date;
  envelopeFrom: string;
  fromName: string;
  fromAddress: string;
}

/** Times are written in UTC with milliseconds, as the columns keep them. */
export function entryHash(entry: EntryLink): Buffer {
  return link([
    'saraban entry 1',
    entry.previousHash.toString('hex'),
    entry.register,
    entry.year,
    entry.number,
    entry.id,
    entry.rawSha256 === null ? null : entry.rawSha256.toString('hex'),
    entry.receivedAt.toISOString(),
    entry.enteredAt.toISOString(),
    entry.envelopeFrom,
    entry.fromName,
    entry.fromAddress,
  ]);
}

export interface ActLink {
  previousHash: Buffer;
  register: string;
  ordinal: number;
  entryId: string | null;
  routeId: string | null;
  kind: string;
  actorId: string | null;
  actorName: string;
  peer: string;
  at: Date;
  /** The text of the detail column, to the letter. */
  detail: string;
}

export function actHash(act: ActLink): Buffer {
  return link([
    'saraban act 1',
    act.previousHash.toString('hex'),
    act.register,
    act.ordinal,
    act.entryId,
    act.routeId,
    act.kind,
    act.actorId,
    act.actorName,
    act.peer,
    act.at.toISOString(),
    act.detail,
  ]);
}
