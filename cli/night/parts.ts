/** Everything a night works with, opened for the process of the night (cli/roles/night.ts) and for `saraban backup` (cli/backup.ts). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CopyKeys, openCopyKeys } from '../../backup/keys.ts';
import type { CopyContext } from '../../backup/make/context.ts';
import { openPlaces } from '../../backup/place/open-places.ts';
import type { Place } from '../../backup/place/place.ts';
import type { ProveContext } from '../../backup/prove/run.ts';
import type { Settings } from '../../config/settings.ts';
import type { CloseContext } from '../../register/close/context.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../../register/db/connect.ts';
import type { Jobs } from '../../register/jobs/jobs.ts';
import { createPrinter, type Printer } from '../../register/print/print.ts';
import { openSecretBox, type SecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import { formSheets } from '../../register/sheet/register-sheet.ts';
import { openFolderStore, type Store } from '../../register/store/folder.ts';
import type { Log } from '../log.ts';
import { programVersion } from '../program-version.ts';
import { settingsFile } from '../read-settings.ts';
import { openScratch } from '../scratch-database.ts';

export interface NightParts {
  settings: Settings;
  /** As the owner. */
  db: Database;
  /** As the application. */
  app: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  store: Store;
  places: Place[];
  box: SecretBox;
  printer: Printer;
  now: () => Date;
  log: Log;
  /** Read anew for every copy: a key that was put back or changed needs no restart. @throws Failure `copy-key-unfit` */
  keys(): Promise<CopyKeys>;
  /** The way to the live database, for a scratch one beside it. */
  connection: ConnectionOptions;
  close(): Promise<void>;
}

export interface OpenParts {
  settings: Settings;
  connection: ConnectionOptions;
  jobs: Pick<Jobs, 'enqueue'>;
  now: () => Date;
  log: Log;
}

// A night uses two of the owner's connections, a copy of changes beside it two, the looks between one.
const OWNER_CONNECTIONS = 6;
const APP_CONNECTIONS = 3;

/** @throws Failure `secrets-key-wrong`, `secrets-key-unreadable`, `store-unwritable` */
export async function openNightParts({ settings, connection, jobs, now, log }: OpenParts): Promise<NightParts> {
  const store = await openFolderStore(join(settings.data, 'blobs'));
  const box = await openSecretBox(secretsKeyFile(settings.data));
  const db = openDatabase(connection, { role: 'owner', max: OWNER_CONNECTIONS, name: 'night' });
  const app = openDatabase(connection, { role: 'app', max: APP_CONNECTIONS, name: 'night' });
  const printer = createPrinter();
  return {
    settings,
    connection,
    db,
    app,
    jobs,
    store,
    places: openPlaces(settings.backup, settings.data),
    box,
    printer,
    now,
    log,
    keys: () => openCopyKeys({ data: settings.data, backup: settings.backup }),
    async close() {
      await printer.close();
      await app.end({ timeout: 5 });
      await db.end({ timeout: 5 });
    },
  };
}

/** @throws Failure `copy-key-unfit` */
export async function copyContext(parts: NightParts, signal?: AbortSignal): Promise<CopyContext> {
  const conf = settingsFile(process.env);
  return {
    db: parts.db,
    store: parts.store,
    places: parts.places,
    keys: await parts.keys(),
    box: parts.box,
    data: parts.settings.data,
    confFile: existsSync(conf) ? conf : null,
    now: parts.now,
    version: programVersion(),
    log: parts.log,
    ...(signal === undefined ? {} : { signal }),
  };
}

export interface ProofWishes {
  /** What opens the copies, when it is not the key of the settings. */
  identities?: string[];
  /** Every letter is fetched back, not a night's share of the older ones. */
  full?: boolean;
}

/** @throws Failure `copy-key-unfit` */
export async function proveContext(parts: NightParts, wishes: ProofWishes = {}): Promise<ProveContext> {
  const { settings, log } = parts;
  const live = 'url' in parts.connection ? { url: parts.connection.url } : null;
  return {
    db: parts.db,
    app: parts.app,
    jobs: parts.jobs,
    store: parts.store,
    identities: wishes.identities ?? (await parts.keys()).identities,
    box: parts.box,
    now: parts.now,
    version: programVersion(),
    log,
    data: settings.data,
    openScratch: () => openScratch(settings.data, live, log),
    proof: { bytes: wishes.full === true ? null : settings.backup.proofBytes, letters: settings.backup.proofLetters },
    printCertificate: data => parts.printer.certificate(data),
  };
}

export function closeContext(parts: NightParts): CloseContext {
  const { app, jobs, store, box, now, printer, settings, log } = parts;
  const timestamp = settings.timestampUrl === null ? null : { url: settings.timestampUrl };
  return { db: app, jobs, store, box, now, printer, sheet: formSheets, timestamp, log };
}
