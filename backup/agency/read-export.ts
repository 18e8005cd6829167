/**
 * Reads an export from its file, encrypted or not, and proves it before anything is written: every file against files.sha256, that against the manifest,
 * the manifest against its signature, and the signature against the agency's keys. import.ts then takes from it.
 */

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { Failure } from '../../register/failure.ts';
import { fingerprintOf } from '../../register/seal/keys.ts';
import { checkSignature, readSignature, thingOf } from '../../register/seal/signature.ts';
import { decryptStream } from '../age.ts';
import { readTar, type TarEntry } from '../tar.ts';
import { fieldValue, rowsIn, wholeRows } from './copy-text.ts';
import { damagedExport, refusal } from './failures.ts';
import {
  AGENCY_FORMAT,
  AGENCY_FORMAT_VERSION,
  AGENCY_MANIFEST,
  AGENCY_SIGNATURE,
  type AgencyManifest,
  FILES_LIST,
  fileLine,
  tablePath,
} from './format.ts';

/** The archive's bytes, from the beginning, as often as it is asked for. */
export type OpenExport = () => AsyncIterable<Uint8Array>;

const AGE = 'age-encryption.org/v1';

/**
 * @param identities - age identities for an encrypted export
 * @throws Failure `no-such-file`, `copy-key-wrong` when it is encrypted and there is no identity
 */
export async function openExport(file: string, identities: string[]): Promise<OpenExport> {
  if ((await stat(file).catch(() => null))?.isFile() !== true) {
    throw refusal('no-such-file', `there is no file ${file}`, { th: `ไม่พบไฟล์ ${file}`, en: `There is no file ${file}.` });
  }
  const handle = await open(file, 'r');
  const head = Buffer.alloc(AGE.length);
  await handle.read(head, 0, head.length, 0).finally(() => handle.close());
  if (head.toString('latin1') !== AGE) return () => createReadStream(file);
  if (identities.length === 0) {
    throw refusal('copy-key-wrong', `${file} is encrypted and no identity was named`, {
      th: `${file} เข้ารหัสไว้ โปรดระบุไฟล์กุญแจด้วย --identity`,
      en: `${file} is encrypted: name the file of its key with --identity.`,
    });
  }
  const decrypt = decryptStream(identities);
  return () => decrypt(createReadStream(file));
}

export interface ExportLook {
  /** Told the rows of the tables in pass one: a row is the raw fields, by column. `until` for what was gathered is awaited at the table's end. */
  onRow(table: string, field: (column: string) => string | null): void;
  afterRows(): Promise<void>;
}

export interface Examined {
  manifest: AgencyManifest;
  manifestSha256: string;
  fingerprint: string;
  /** Over the lines of all files as they were read: a second reading must give the same. */
  digest: string;
}

const LARGEST_MANIFEST = 64 * 1024 * 1024;

/**
 * Reads the whole export once.
 * @param work - a folder of ours for the list of files
 * @throws Failure `export-damaged` naming what is, `export-newer`, `export-key-other` when another key signed than `fingerprint` says
 */
export async function examineExport(
  source: OpenExport,
  options: { work: string; fingerprint: string | null; look: ExportLook },
): Promise<Examined> {
  const seen = join(options.work, `seen-${randomUUID()}`);
  const listed = join(options.work, `listed-${randomUUID()}`);
  const seenFile = createWriteStream(seen, { mode: 0o600 });
  const seenEnds = finished(seenFile);
  seenEnds.catch(() => {});
  const digest = createHash('sha256');
  const keys: string[] = [];
  const columns = new Map<string, { columns: string[]; rows: number }>();
  let list: { sha256: string; size: number } | null = null;
  let count = 0;
  let bytes = 0;
  const stored = { count: 0, bytes: 0 };
  let manifest: Buffer | null = null;
  let signature: Buffer | null = null;
  try {
    for await (const entry of entriesOf(source)) {
      if (signature !== null) throw damagedExport(entry.path, 'อยู่หลังลายมือชื่อ', 'stands behind the signature');
      if (list !== null) {
        if (manifest === null && entry.path === AGENCY_MANIFEST) manifest = await collect(entry);
        else if (manifest !== null && entry.path === AGENCY_SIGNATURE) signature = await collect(entry);
        else throw damagedExport(entry.path, 'ไม่อยู่ในรายการไฟล์', 'is not in the list of files');
        continue;
      }
      if (entry.path === FILES_LIST) {
        list = await copyOutOf(entry, listed);
        continue;
      }
      const hash = createHash('sha256');
      let size = 0;
      const hashed = tee(entry.bytes, chunk => {
        hash.update(chunk);
        size += chunk.byteLength;
      });
      const table = /^tables\/([a-z_]+)\.copy$/.exec(entry.path)?.[1];
      if (table === undefined) for await (const _ of hashed);
      else columns.set(table, await readTable(table, hashed, entry.path, options.look, keys));
      if (size !== entry.size) throw damagedExport(entry.path, 'ขนาดไม่ตรง', 'has another size than announced');
      const line = fileLine({ path: entry.path, sha256: hash.digest('hex') });
      digest.update(line);
      count++;
      bytes += size;
      if (isStored(entry.path)) {
        stored.count++;
        stored.bytes += size;
      }
      if (!seenFile.write(line)) await drained(seenFile, seenEnds);
    }
  } catch (error) {
    seenFile.end();
    await seenEnds.catch(() => {});
    throw asDamage(error);
  }
  seenFile.end();
  await seenEnds;
  if (list === null) throw damagedExport(FILES_LIST, 'หายไป', 'is missing: the file was cut off or is no export of an agency');
  const lines = digest.digest('hex');
  if (lines !== list.sha256) throw await firstDifference(seen, listed);
  if (manifest === null || signature === null) throw damagedExport(AGENCY_MANIFEST, 'หรือลายมือชื่อหายไป', 'or its signature is missing');
  const read = readManifest(manifest);
  const thing = thingOf(AGENCY_MANIFEST, manifest);
  const check = checkSignature(readSignature(signature), { ...thing, agencyCode: read.agency.code }, keys);
  if (check.outcome !== 'holds')
    throw damagedExport(AGENCY_SIGNATURE, `ลายมือชื่อไม่ถูกต้อง (${check.outcome})`, `does not hold (${check.outcome})`);
  if (options.fingerprint !== null && check.fingerprint !== options.fingerprint.toLowerCase()) {
    throw refusal('export-key-other', `signed by ${check.fingerprint}`, {
      th: `ชุดข้อมูลลงนามด้วยกุญแจ ${check.fingerprint} ไม่ใช่กุญแจที่ระบุ จึงยังไม่ได้นำเข้าสิ่งใด`,
      en: `The export is signed with the key ${check.fingerprint}, not with the one named. Nothing was brought in.`,
    });
  }
  const { files } = read;
  if (files.sha256 !== list.sha256 || files.size !== list.size || files.count !== count || files.bytes !== bytes)
    throw damagedExport(FILES_LIST, 'ไม่ตรงกับ manifest.json', 'is not the one manifest.json names');
  if (stored.count !== read.blobs.count || stored.bytes !== read.blobs.bytes)
    throw damagedExport(
      'blob',
      `มี ${stored.count} ไฟล์ ไม่ใช่ ${read.blobs.count}`,
      `has ${stored.count} stored files, not ${read.blobs.count}`,
    );
  for (const table of read.tables) {
    const found = columns.get(table.name);
    if (found === undefined) throw damagedExport(tablePath(table.name), 'หายไป', 'is missing');
    if (found.columns.join() !== table.columns.join() || found.rows !== table.rows)
      throw damagedExport(tablePath(table.name), 'ไม่ตรงกับ manifest.json', 'is not as manifest.json says');
    columns.delete(table.name);
  }
  for (const name of columns.keys()) throw damagedExport(tablePath(name), 'ไม่อยู่ใน manifest.json', 'is not in manifest.json');
  return { manifest: read, manifestSha256: thing.sha256, fingerprint: check.fingerprint, digest: lines };
}

/** Whether it is a stored file of the agency; what is not is made by the export: pages, lists, tables. */
export function isStored(path: string): boolean {
  if (/^letters\/[^/]+\/[^/]+\/[^/]+\/(index\.html|entry\.json)$/.test(path)) return false;
  return /^(letters|days|certificates|mails|other-mail|blobs)\//.test(path);
}

/** The files of an archive; anything else, and any path that leads elsewhere, is damage. */
export async function* entriesOf(source: OpenExport): AsyncGenerator<TarEntry> {
  for await (const entry of readTar(source())) {
    const parts = entry.path.split('/');
    if (entry.type !== 'file' || entry.path.startsWith('/') || parts.includes('..') || parts.includes('') || entry.path.includes('\n'))
      throw damagedExport(entry.path.slice(0, 200), 'ไม่ใช่ไฟล์ในชุดข้อมูล', 'is no file of an export');
    yield entry;
  }
}

async function readTable(
  name: string,
  bytes: AsyncIterable<Buffer>,
  path: string,
  look: ExportLook,
  keys: string[],
): Promise<{ columns: string[]; rows: number }> {
  let columns: string[] | null = null;
  let rows = 0;
  for await (const chunk of wholeRows(bytes)) {
    for (const row of rowsIn(chunk)) {
      const fields = row.split('\t');
      if (columns === null) {
        columns = fields;
        continue;
      }
      const head = columns;
      rows++;
      if (fields.length !== head.length)
        throw damagedExport(path, `แถวที่ ${rows} มีจำนวนช่องไม่ตรง`, `row ${rows} has another number of fields than its heading`);
      const field = (column: string): string | null => {
        const at = head.indexOf(column);
        return at === -1 ? null : fieldValue(fields[at] ?? '');
      };
      if (name === 'agency_key') keys.push(fingerprintOf(Buffer.from((field('public_key') ?? '').slice(2), 'hex')));
      look.onRow(name, field);
    }
    await look.afterRows();
  }
  if (columns === null) throw damagedExport(path, 'ไม่มีหัวตาราง', 'has no heading');
  return { columns, rows };
}

async function* tee(source: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    see(chunk);
    yield chunk;
  }
}

async function collect(entry: TarEntry): Promise<Buffer> {
  if (entry.size > LARGEST_MANIFEST) throw damagedExport(entry.path, 'ใหญ่เกินไป', 'is too large');
  return await buffer(entry.bytes);
}

async function copyOutOf(entry: TarEntry, file: string): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const out = createWriteStream(file, { mode: 0o600 });
  const ended = finished(out);
  ended.catch(() => {});
  for await (const chunk of entry.bytes) {
    hash.update(chunk);
    size += chunk.length;
    if (!out.write(chunk)) await drained(out, ended);
  }
  out.end();
  await ended;
  return { sha256: hash.digest('hex'), size };
}

/** A stream that fails does not drain: whichever comes first. */
async function drained(out: WriteStream, ended: Promise<void>): Promise<void> {
  await Promise.race([new Promise<void>(resolve => out.once('drain', () => resolve())), ended]);
}

/** Line by line: the first file that is not as the list says. */
async function firstDifference(seen: string, listed: string): Promise<Failure> {
  const found = createInterface({ input: createReadStream(seen) })[Symbol.asyncIterator]();
  for await (const line of createInterface({ input: createReadStream(listed) })) {
    const next = await found.next();
    const path = line.slice(66);
    if (next.done === true) return damagedExport(path, 'หายไป', 'is missing');
    if (next.value === line) continue;
    if (next.value.slice(66) === path) return damagedExport(path, 'ถูกแก้ไข', 'was changed');
    return damagedExport(path, 'หายไปหรือถูกสลับที่', 'is missing or stands elsewhere');
  }
  const more = await found.next();
  return damagedExport(more.done === true ? FILES_LIST : more.value.slice(66), 'ไม่อยู่ในรายการไฟล์', 'is not in the list of files');
}

function readManifest(bytes: Buffer): AgencyManifest {
  let read: unknown;
  try {
    read = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw damagedExport(AGENCY_MANIFEST, 'อ่านไม่ได้', 'cannot be read', error);
  }
  const { format, version, agency } = (read ?? {}) as { format?: unknown; version?: unknown; agency?: unknown };
  if (format !== AGENCY_FORMAT || typeof version !== 'number' || typeof agency !== 'object' || agency === null)
    throw damagedExport(AGENCY_MANIFEST, 'ไม่ใช่ชุดข้อมูลของส่วนราชการ', 'is not that of an agency’s export');
  if (version > AGENCY_FORMAT_VERSION) {
    throw refusal('export-newer', `format version ${version}`, {
      th: `ชุดข้อมูลทำจากโปรแกรมรุ่นใหม่กว่า (รูปแบบ ${version}) โปรดปรับรุ่นระบบนี้ก่อน`,
      en: `The export was made by a newer Saraban (format ${version}): update this one first.`,
    });
  }
  return read as AgencyManifest;
}

function asDamage(error: unknown): unknown {
  if (error instanceof Failure)
    return error.code === 'copy-damaged' ? damagedExport('ไฟล์ · the file', 'ถูกแก้ไขหรือไม่ครบ', 'was altered or is not whole', error) : error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Faults of the disk and of the database are theirs; what is left is what the archive did to its reader.
  if (/^(E[A-Z]+|[0-9A-Z]{5})$/.test(code) && !code.startsWith('ERR')) return error;
  return damagedExport(
    'ไฟล์ · the file',
    'ไม่ใช่ชุดข้อมูลของส่วนราชการ หรือไม่ครบ',
    `is no export of an agency, or not whole (${error instanceof Error ? error.message : String(error)})`,
    error,
  );
}
