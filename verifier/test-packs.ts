/**
 * For the tests here: what a real register hands out over three days, as files by their names. Letters come and are read, one is classified, one cancelled,
 * one acknowledged; the days are closed and sealed; evidence is taken. The tests damage copies of these on purpose.
 */
import { acknowledgeHandler } from '../gateway/acknowledge/acknowledge.ts';
import { contextOf, mailsOf } from '../gateway/dispatch/test-bench.ts';
import { cancelEntry } from '../register/act/cancel.ts';
import { confirmEntry } from '../register/act/confirm.ts';
import { closeDueDays } from '../register/close-day.ts';
import { inAgency, THE_APPLIANCE } from '../register/db/transaction.ts';
import { evidencePack } from '../register/evidence/evidence.ts';
import type { Officer } from '../register/officer.ts';
import { retireKey, signingKey } from '../register/seal/keys.ts';
import type { SecretBox } from '../register/seal/secret-box.ts';
import { signFile, thingOf, writeSignature } from '../register/seal/signature.ts';
import { type Entered, letterWithFiles, openWorld, type World } from '../web/test-world.ts';
import { check, type GivenFile, type Report } from './check.js';

export interface Packs {
  world: World;
  box: SecretBox;
  fingerprint: string;
  /** Files of each closed day, oldest first, classified ones too. */
  days: GivenFile[][];
  letters: { first: Entered; cancelled: Entered; classified: Entered; last: Entered };
  /** Raw bytes of the first letter, and its acknowledgement as it was sent. */
  raw: Uint8Array;
  acknowledgement: Uint8Array;
  evidence(officer: Officer, entryId: string): Promise<Uint8Array>;
  evidenceZip: Uint8Array;
  fingerprintNow(): Promise<string>;
  closeDays(): Promise<GivenFile[][]>;
  /** The agency takes another key, as after a theft. */
  retire(): Promise<void>;
}

const BANGKOK_MIDNIGHT = (day: number) => new Date(Date.UTC(2026, 10, day, 17, 5));

export async function makePacks(): Promise<Packs> {
  const world = await openWorld();
  const { red, fresh, clock, context } = world;
  const { box } = context;
  if (box == null) throw new Error('no box');
  const closing = {
    db: fresh.db,
    jobs: fresh.jobs,
    store: fresh.store,
    box,
    now: () => clock.now,
    printer: null,
    sheet: null,
    timestamp: null,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  };
  // The database gave the agency its time of making; these days must not lie before it.
  await fresh.owner`UPDATE agency SET created_at = '2026-11-22T01:00:00Z' WHERE id > 0`;
  const at = (day: number, hour: number) => {
    clock.now = new Date(Date.UTC(2026, 10, day, hour));
  };
  at(22, 3);
  const first = await world.enter(red, letterWithFiles('one'), {
    subject: 'เรื่องแรก',
    trust: { spf: 'pass', known: true, envelopeAuthenticated: true },
  });
  await confirmEntry(context, red.administrator, { entryId: first.entryId });
  await acknowledgeHandler(contextOf(fresh, { box, now: () => clock.now }))({ agencyId: red.id, entryId: first.entryId });
  at(23, 3);
  const cancelled = await world.enter(red, letterWithFiles('two'), { subject: 'เรื่องที่สอง' });
  const classified = await world.enter(red, 'Subject: s\r\n\r\nsecret', {
    subject: 'ลับ',
    secrecy: 'confidential',
    headerMessageId: '<s@x>',
  });
  await cancelEntry(context, red.administrator, { entryId: cancelled.entryId, reason: 'ลงรับซ้ำ' });
  at(24, 3);
  const last = await world.enter(red, letterWithFiles('three'), { subject: 'เรื่องสุดท้าย' });
  clock.now = BANGKOK_MIDNIGHT(24);
  const [mail] = await mailsOf(fresh, first.entryId);
  if (mail === undefined) throw new Error('no acknowledgement');

  const evidence = async (officer: Officer, entryId: string) => {
    const pack = await evidencePack(context, officer, { entryId });
    if (pack.outcome !== 'done') throw new Error(pack.outcome);
    const chunks: Uint8Array[] = [];
    for await (const chunk of pack.bytes) chunks.push(chunk);
    const zip = Buffer.concat(chunks);
    if (zip.length !== pack.size) throw new Error('not as long as was said');
    return new Uint8Array(zip);
  };
  const closeDays = async () => {
    await closeDueDays(closing, red.id);
    const rows = await fresh.owner<{ ordinal: number; name: string; sha256: string }[]>`
      SELECT ordinal, name, encode(sha256, 'hex') AS sha256 FROM closed_file WHERE agency_id = ${red.id} ORDER BY ordinal, name`;
    const days: GivenFile[][] = [];
    for (const { ordinal, name, sha256 } of rows) {
      const day = days[ordinal - 1] ?? [];
      days[ordinal - 1] = day;
      day.push({ name, bytes: new Uint8Array(await fresh.store.read(sha256)) });
    }
    return days;
  };
  const days = await closeDays();
  const fingerprintNow = () =>
    inAgency(fresh.db, red.id, THE_APPLIANCE, async tx => (await signingKey(tx, red.id, box, clock.now)).fingerprint);
  return {
    world,
    box,
    fingerprint: await fingerprintNow(),
    days,
    letters: { first, cancelled, classified, last },
    raw: new Uint8Array(await fresh.store.read(first.sha256)),
    acknowledgement: new Uint8Array(await fresh.store.read(mail.sha256)),
    evidence,
    evidenceZip: await evidence(red.administrator, first.entryId),
    fingerprintNow,
    closeDays,
    retire: () => inAgency(fresh.db, red.id, THE_APPLIANCE, tx => retireKey(tx, red.id, clock.now)),
  };
}

/** Files of a closed day, and the same in a folder of its own. @param index - 0 is the first day */
export const dayOf = (packs: Packs, index: number) => packs.days[index] as GivenFile[];
export const dayIn = (packs: Packs, index: number) => inFolder(`day${index + 1}`, dayOf(packs, index));
/** All three days, each in its folder. */
export const chainOf = (packs: Packs) => [0, 1, 2].flatMap(index => dayIn(packs, index));

/** Signs bytes as the agency's own key does: what somebody could do who holds the machine. */
export async function signedAs({ world, box }: Packs, name: string, bytes: Uint8Array): Promise<Uint8Array> {
  return await inAgency(world.fresh.db, world.red.id, THE_APPLIANCE, async tx => {
    const key = await signingKey(tx, world.red.id, box, world.clock.now);
    return new Uint8Array(writeSignature(signFile(key, { agencyCode: 'red', ...thingOf(name, bytes) }, world.clock.now)));
  });
}

/** Files of a day under a folder, as somebody keeps them. */
export function inFolder(folder: string, files: GivenFile[]): GivenFile[] {
  return files.map(({ name, bytes }) => ({ name: `${folder}/${name}`, bytes }));
}

/** The same files with one exchanged, changed or (null) taken out. */
export function withFile(files: GivenFile[], name: string, change: (bytes: Uint8Array) => Uint8Array | null): GivenFile[] {
  if (!files.some(file => file.name === name)) throw new Error(`no ${name} among ${files.map(file => file.name).join(', ')}`);
  return files.flatMap(file => {
    if (file.name !== name) return [file];
    const bytes = change(file.bytes);
    return bytes === null ? [] : [{ name, bytes }];
  });
}

export function fileOf(files: GivenFile[], name: string): Uint8Array {
  const found = files.find(file => file.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found.bytes;
}

export function flipped(bytes: Uint8Array, at = Math.floor(bytes.length / 2)): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Changes text in a file, to another of its own length or not. */
export function rewritten(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  if (!text.includes(from)) throw new Error(`no ${from} in it`);
  return new Uint8Array(Buffer.from(text.replace(from, to)));
}

export const parsed = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString('utf8'));
export const asBytes = (value: object) => new Uint8Array(Buffer.from(JSON.stringify(value)));

/** The verdict, and what was found, each as 'state code'. */
export async function verdictOf(
  files: GivenFile[],
  fingerprints: string[] = [],
): Promise<{ verdict: string; broken: string[]; codes: string[]; report: Report }> {
  const report = await check(files, { fingerprints });
  const findings = report.sections.flatMap(section => section.findings);
  const broken = findings.filter(finding => finding.state === 'broken').map(finding => `${finding.code}: ${finding.en}`);
  return { verdict: report.verdict(), broken, codes: findings.map(finding => `${finding.state} ${finding.code}`), report };
}

/** An evidence pack with one byte of the letter itself changed: a byte of the archive's own headers need not matter to anybody. */
export function damagedPack(zip: Uint8Array): Uint8Array {
  return flipped(zip, Buffer.from(zip).indexOf('@sender.example'));
}
