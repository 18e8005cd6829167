/**
 * The links of the register's chains, made anew (docs/data-model.md, "The chains"): SHA-256 over a JSON array in UTF-8 whose items are
 * separated by a comma and a blank.
 */
import { bytesOfText, sha256 } from './bytes.js';

async function link(items) {
  return await sha256(bytesOfText(`[${items.map(item => JSON.stringify(item ?? null)).join(', ')}]`));
}

/** The chain's start names the agency and the series. */
export async function startHash(agencyCode, series, year) {
  return await link(['saraban series 1', agencyCode, series, year]);
}

export async function entryHash(entry) {
  return await link([
    'saraban entry 1',
    entry.previousHash,
    entry.register,
    entry.year,
    entry.number,
    entry.id,
    entry.rawSha256,
    entry.receivedAt,
    entry.enteredAt,
    entry.envelopeFrom,
    entry.fromName,
    entry.fromAddress,
  ]);
}

export async function actHash(act) {
  return await link([
    'saraban act 1',
    act.previousHash,
    act.register,
    act.ordinal,
    act.entryId,
    act.routeId,
    act.kind,
    act.actorId,
    act.actorName,
    act.peer,
    act.at,
    act.detail,
  ]);
}

/**
 * Follows a chain from `head`.
 * @param items - each { place, previousHash, hash, … }; an item without its fields (`withheld`) is taken at its hash
 * @returns { faults: [{ kind: 'gap'|'linked'|'altered', place, expected }], head, withheld }
 */
export async function followChain(items, first, head, hashOf) {
  const faults = [];
  let withheld = 0;
  let expected = first;
  for (const item of items) {
    if (item.place !== expected) faults.push({ kind: 'gap', place: item.place, expected });
    if (item.previousHash !== head) faults.push({ kind: 'linked', place: item.place, expected });
    if (item.withheld === true) withheld++;
    else if ((await hashOf(item)) !== item.hash) faults.push({ kind: 'altered', place: item.place, expected });
    head = item.hash;
    expected = item.place + 1;
  }
  return { faults, head, withheld, next: expected };
}
