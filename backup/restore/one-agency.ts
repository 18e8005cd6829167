/** One agency out of a copy: the copy is built up in a scratch database, the agency leaves it as it would leave an appliance, and moves into the live one. */
import { join } from 'node:path';
import { type ConnectionOptions, type Database, openDatabase } from '../../register/db/connect.ts';
import { migrate } from '../../register/db/migrate.ts';
import { openSecretBox, type SecretBox } from '../../register/seal/secret-box.ts';
import { openFolderStore, type Store } from '../../register/store/folder.ts';
import { newIdentity, recipientOf } from '../age.ts';
import { exportAgency } from '../agency/export.ts';
import { type AgencyImported, importAgency } from '../agency/import.ts';
import { type CopyFault, DamagedCopy } from './fault.ts';
import { selectAgencyId } from './queries.ts';
import { type OpenedCopy, rebuildBlobs, rebuildDatabase } from './rebuild.ts';

export interface LiveAppliance {
  /** As the owner. */
  db: Database;
  store: Store;
  box: SecretBox;
}

export type AgencyOutcome =
  | { outcome: 'done'; imported: AgencyImported; faults: CopyFault[] }
  | { outcome: 'not-found'; agencies: string[] };

/**
 * @throws DamagedCopy when a letter of the agency is missing in the place; what importAgency throws when the appliance has the agency, or something of it, already
 */
export async function restoreAgency(
  opened: OpenedCopy,
  scratch: { connection: ConnectionOptions; folder: string },
  code: string,
  live: LiveAppliance,
  options: { version: string; now: () => Date; onStep?: (step: string) => void },
): Promise<AgencyOutcome> {
  const owner = openDatabase(scratch.connection, { role: 'owner', max: 3, name: 'restore' });
  try {
    await rebuildDatabase(opened, owner);
    await migrate(scratch.connection);
    const agencyId = await selectAgencyId(owner, code);
    if (agencyId === null)
      return { outcome: 'not-found', agencies: opened.night.manifest.agencies.filter(one => one.id > 0).map(one => one.code) };
    options.onStep?.('letters');
    const root = join(scratch.folder, 'blobs');
    const store = await openFolderStore(root);
    const fetched = await rebuildBlobs(opened, owner, { root, durable: false }, { agencyId });
    if (fetched.missing.size > 0) throw new DamagedCopy(missingOf(opened, fetched));
    options.onStep?.('export');
    const box = await openSecretBox(join(opened.night.folder, 'files', 'keys', 'secrets.key'));
    const identity = await newIdentity();
    const file = join(scratch.folder, 'agency.tar.age');
    const { db, store: liveStore, box: liveBox } = live;
    await exportAgency(
      { db: owner, store, box, work: scratch.folder, now: options.now, version: options.version },
      { code, recipients: [await recipientOf(identity)] },
      file,
    );
    options.onStep?.('import');
    const imported = await importAgency(
      { db, store: liveStore, box: liveBox, work: scratch.folder, now: options.now },
      // Suspended: whoever restores first says which numbers were lost, and that the agency lives nowhere else.
      { file, identities: [identity], fingerprint: null, activate: false },
    );
    return { outcome: 'done', imported, faults: fetched.faults };
  } finally {
    await owner.end({ timeout: 5 });
  }
}

function missingOf(opened: OpenedCopy, fetched: { missing: Set<string>; faults: CopyFault[] }): CopyFault[] {
  const place = opened.source.place.name;
  return [
    ...fetched.faults,
    ...[...fetched.missing].slice(0, 20).map(sha256 => ({ place, object: `blob ${sha256}`, problem: 'is in no whole pack' })),
  ];
}
