/**
 * An agency leaves: everything that is its own, in one file that another Saraban takes in with all numbers and hashes intact (import.ts), and that a person
 * reads without one. One snapshot while letters keep coming in; memory does not grow with the agency. Called by `saraban agency export` and, on a
 * restored copy, by `saraban restore --agency`.
 */
import type { Database, Transaction } from '../../register/db/connect.ts';
import { type SigningKey, signingKey } from '../../register/seal/keys.ts';
import type { SecretBox } from '../../register/seal/secret-box.ts';
import { signFile, thingOf, writeSignature } from '../../register/seal/signature.ts';
import type { Store } from '../../register/store/folder.ts';
import { encryptStream } from '../age.ts';
import { copyOut, quoted, tableShapes } from '../db/tables.ts';
import { type HashedTar, type Listed, type Spool, writeHashedTar } from '../hashed-tar.ts';
import { openWorkFolder } from '../work-folder.ts';
import { refuseExisting, writeWhole } from '../write-file.ts';
import { noSuchAgency } from './failures.ts';
import {
  AGENCY_FORMAT,
  AGENCY_FORMAT_VERSION,
  AGENCY_MANIFEST,
  AGENCY_SIGNATURE,
  AGENCY_TABLE,
  type AgencyManifest,
  FILES_LIST,
  fileLine,
  keyPath,
  type LeavingSeries,
  type LeavingTable,
  ROW_ORDER,
  staysBehind,
  tablePath,
} from './format.ts';
import {
  countHomes,
  type LeavingAgency,
  makeLetterHomes,
  makeOtherHomes,
  type Scope,
  selectAgency,
  selectBooks,
  selectOtherFiles,
} from './letter-queries.ts';
import { STYLESHEET, stylesheet } from './page.ts';
import { selectMigrations, selectSealedKeys, selectSeries, setTextHabits } from './queries.ts';
import { agencyReadme } from './readme.ts';
import { contentsPage } from './register-pages.ts';
import { writeBook } from './write-letters.ts';

export interface AgencyExportContext {
  /** As the tables' owner. */
  db: Database;
  store: Store;
  box: SecretBox;
  /** A folder of ours (0700) for what must lie somewhere on its way, one file at a time; a folder within it is made and removed. */
  work: string;
  now(): Date;
  /** Of the program. */
  version: string;
}

export interface AgencyExportOptions {
  code: string;
  /** age recipients; null: written unencrypted, and the private signing keys are left out. */
  recipients: string[] | null;
  onProgress?: (letters: number, of: number) => void;
  signal?: AbortSignal;
}

export interface AgencyExported {
  agency: { id: number; code: string; nameTh: string; nameEn: string };
  file: string;
  /** Of the file as it lies there, encrypted or not. */
  sha256: string;
  size: number;
  cutAt: Date;
  entries: number;
  /** How far each chain went. */
  series: LeavingSeries[];
  blobs: { count: number; bytes: number };
  manifestSha256: string;
  /** Of the key that signed the manifest. */
  fingerprint: string;
  encrypted: boolean;
  privateKeys: boolean;
}

/**
 * Writes the export to `file`, which is there whole or not at all.
 * @throws Failure `no-such-agency`, `file-exists`, `disk-full`, `store-unwritable`, `blob-damaged`, `copy-key-unfit`, `secrets-key-wrong`
 */
export async function exportAgency(context: AgencyExportContext, options: AgencyExportOptions, file: string): Promise<AgencyExported> {
  const encrypt = options.recipients === null ? undefined : encryptStream(options.recipients);
  await refuseExisting(file);
  const work = await openWorkFolder(context.work, 'export');
  const tar = writeHashedTar({ store: context.store, work: work.path, at: context.now(), mode: 0o600 });
  try {
    const written = writeWhole(file, tar.stream, encrypt);
    // Whichever of the two fails first ends the other.
    const filled = fill(context, options, tar).catch((error: unknown) => {
      tar.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    });
    written.catch(error => tar.fail(error instanceof Error ? error : new Error(String(error))));
    const [content, lying] = await bothOf(filled, written);
    return { ...content, ...lying, file, encrypted: encrypt !== undefined };
  } finally {
    await work.close();
  }
}

/** Waits for both, and throws what was thrown first: the other's error only follows from it. */
async function bothOf<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  try {
    return await Promise.all([a, b]);
  } catch (error) {
    await Promise.allSettled([a, b]);
    throw error;
  }
}

type Content = Omit<AgencyExported, 'file' | 'sha256' | 'size' | 'encrypted'>;

async function fill(context: AgencyExportContext, options: AgencyExportOptions, tar: HashedTar): Promise<Content> {
  // Made before the snapshot, so that the key that signs is in it.
  const key = (await context.db.begin(async tx => {
    const agency = await selectAgency(tx, options.code);
    if (agency === null) throw noSuchAgency(options.code);
    return await signingKey(tx, agency.id, context.box, context.now());
  })) as SigningKey;
  return (await context.db.begin('ISOLATION LEVEL REPEATABLE READ', tx => fillFrom(tx, context, options, tar, key))) as Content;
}

async function fillFrom(
  tx: Transaction,
  context: AgencyExportContext,
  options: AgencyExportOptions,
  tar: HashedTar,
  key: SigningKey,
): Promise<Content> {
  await setTextHabits(tx);
  const agency = await selectAgency(tx, options.code);
  if (agency === null) throw noSuchAgency(options.code);
  const cutAt = context.now();
  const scope: Scope = { agencyId: agency.id, year: null, letters: 'all' };
  const list = await FileList.open(tar);
  try {
    await makeLetterHomes(tx, scope);
    await makeOtherHomes(tx, agency.id);
    const books = await selectBooks(tx, scope);
    const privateKeys = options.recipients !== null;
    await list.add(await tar.addBytes('README.txt', agencyReadme(agency, cutAt, key.fingerprint, privateKeys)));
    await list.add(await tar.addBytes(STYLESHEET, await stylesheet()));
    await list.add(await tar.addBytes('index.html', contents(agency, cutAt, books, privateKeys)));
    const entries = books.reduce((sum, book) => sum + book.entries, 0);
    let done = 0;
    for (const book of books) {
      const onLetters = (count: number) => {
        done += count;
        options.onProgress?.(done, entries);
      };
      await writeBook({ tx, tar, scope, agency, prefix: '', listed: one => list.add(one), onLetters, signal: options.signal }, book);
    }
    for (let after = ''; ; ) {
      options.signal?.throwIfAborted();
      const files = await selectOtherFiles(tx, after, 500);
      for (const one of files) await list.add(await tar.addBlob(one.path, one));
      const last = files.at(-1);
      if (last === undefined) break;
      after = last.path;
    }
    if (privateKeys) {
      for (const { id, sealed } of await selectSealedKeys(tx, agency.id)) {
        // A key that came here in a plain export has no private half.
        if (sealed.length > 0) await list.add(await tar.addBytes(keyPath(id), context.box.open(sealed)));
      }
    }
    const tables = await writeTables(tx, agency.id, tar, list, options.signal);
    const files = await list.finish();
    const manifest: AgencyManifest = {
      format: AGENCY_FORMAT,
      version: AGENCY_FORMAT_VERSION,
      agency: { code: agency.code, nameTh: agency.nameTh, nameEn: agency.nameEn, addresses: agency.addresses },
      madeBy: { program: 'saraban', version: context.version },
      cutAt: cutAt.toISOString(),
      migrations: await selectMigrations(tx),
      tables,
      series: await selectSeries(tx, agency.id),
      blobs: await countHomes(tx),
      privateKeys,
      files,
    };
    const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    const thing = { ...thingOf(AGENCY_MANIFEST, bytes), agencyCode: agency.code };
    await tar.addBytes(AGENCY_MANIFEST, bytes);
    await tar.addBytes(AGENCY_SIGNATURE, writeSignature(signFile(key, thing, cutAt)));
    tar.finish();
    const { id, code, nameTh, nameEn } = agency;
    return {
      agency: { id, code, nameTh, nameEn },
      cutAt,
      entries,
      series: manifest.series,
      blobs: manifest.blobs,
      manifestSha256: thing.sha256,
      fingerprint: key.fingerprint,
      privateKeys,
    };
  } catch (error) {
    await list.discard();
    throw error;
  }
}

function contents(agency: LeavingAgency, cutAt: Date, books: Awaited<ReturnType<typeof selectBooks>>, privateKeys: boolean): string {
  return contentsPage({
    agency,
    title: { th: 'ชุดข้อมูลสารบรรณฉบับสมบูรณ์', en: 'Complete export' },
    about: [
      `ข้อมูล ณ ${cutAt.toISOString()} ทะเบียนทุกเล่มและหนังสือทุกฉบับของส่วนราชการ รวมหนังสือชั้นความลับ <span class="en">Every register and every letter of the agency as of that time, classified ones included.</span>`,
      privateKeys
        ? 'ชุดนี้มีกุญแจลับสำหรับลงนาม ห้ามเผยแพร่ <span class="en">It holds the private signing keys: do not publish.</span>'
        : 'ชุดนี้ไม่มีกุญแจลับสำหรับลงนาม <span class="en">The private signing keys are not in it.</span>',
    ],
    books,
    lists: [
      {
        title: { th: 'เอกสารประกอบ', en: 'Beside the letters' },
        links: [
          { path: 'README.txt', label: 'README.txt' },
          { path: 'files.sha256', label: 'files.sha256' },
          { path: AGENCY_MANIFEST, label: AGENCY_MANIFEST },
        ],
      },
    ],
  });
}

/** Every table that carries an agency, whichever migration added it, and the agency's own row. */
async function writeTables(
  tx: Transaction,
  agencyId: number,
  tar: HashedTar,
  list: FileList,
  signal: AbortSignal | undefined,
): Promise<LeavingTable[]> {
  const tables: LeavingTable[] = [];
  for (const shape of await tableShapes(tx)) {
    const own = shape.name === AGENCY_TABLE;
    if (!shape.hasAgency && !own) continue;
    signal?.throwIfAborted();
    const columns = shape.columns.filter(column => !staysBehind(shape.name, column));
    const order = (ROW_ORDER[shape.name] ?? shape.key).map(quoted).join(', ');
    const select = `SELECT ${columns.map(quoted).join(', ')} FROM public.${quoted(shape.name)} WHERE ${own ? 'id' : 'agency_id'} = ${agencyId} ORDER BY ${order}`;
    let rows = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from(`${columns.join('\t')}\n`);
      for await (const chunk of copyOut(tx, select)) {
        rows += linesIn(chunk);
        yield chunk;
      }
    };
    await list.add(await tar.addGenerated(tablePath(shape.name), counted()));
    tables.push({ name: shape.name, columns, rows });
  }
  return tables;
}

const NEWLINE = 0x0a;

/** COPY's text format escapes a line end within a value: a line is a row. */
export function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/** files.sha256 as it grows. */
class FileList {
  private readonly tar: HashedTar;
  private readonly spool: Spool;
  private count = 0;
  private bytes = 0;

  private constructor(tar: HashedTar, spool: Spool) {
    this.tar = tar;
    this.spool = spool;
  }

  static async open(tar: HashedTar): Promise<FileList> {
    return new FileList(tar, await tar.openSpool());
  }

  async add(file: Listed): Promise<void> {
    this.count++;
    this.bytes += file.size;
    await this.spool.write(fileLine(file));
  }

  async finish(): Promise<AgencyManifest['files']> {
    const { sha256, size } = await this.tar.addSpool(FILES_LIST, this.spool);
    return { sha256, size, count: this.count, bytes: this.bytes };
  }

  async discard(): Promise<void> {
    await this.spool.discard();
  }
}
