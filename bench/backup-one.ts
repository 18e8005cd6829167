/**
 * One night in a process of its own, as the role `night` makes it: for its time and for its memory at the highest. Started by backup.ts.
 * Arguments: what ('copy' or 'proof'), the data folder, the place, the connection as JSON. Prints one line of JSON.
 */
import { join } from 'node:path';
import { openCopyKeys } from '../backup/keys.ts';
import { makeCopy } from '../backup/make/make-copy.ts';
import { openFolderPlace } from '../backup/place/folder.ts';
import { prove } from '../backup/prove/prove.ts';
import { openScratch } from '../cli/scratch-database.ts';
import type { BackupSettings } from '../config/backup-settings.ts';
import { type ConnectionOptions, openDatabase } from '../register/db/connect.ts';
import { openJobs } from '../register/jobs/jobs.ts';
import { openSecretBox } from '../register/seal/secret-box.ts';
import { openFolderStore } from '../register/store/folder.ts';

export interface NightFigure {
  seconds: number;
  peakMiB: number;
  /** Bytes that travelled; of a proof, how long a restore would take. */
  newBytes: number;
  restoreSeconds: number;
  outcome: string;
  copyId: string;
}

const [what, data = '', folder = '', connectionText = '{}', copyId = ''] = process.argv.slice(2);
const connection = JSON.parse(connectionText) as ConnectionOptions;
const backup: BackupSettings = {
  places: [{ kind: 'folder', path: folder }],
  at: '02:00',
  recipients: [],
  identity: null,
  everyMinutes: 0,
  bandwidth: null,
  rcloneConfig: null,
  keep: { withinDays: 14, daily: 30, weekly: 12, monthly: 24, yearly: 10 },
  proofBytes: null,
  proofLetters: 10,
  ping: null,
  maxAgeHours: 26,
};
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const db = openDatabase(connection, { role: 'owner', max: 4, name: 'bench' });
const store = await openFolderStore(join(data, 'blobs'));
const keys = await openCopyKeys({ data, backup });
const box = await openSecretBox(join(data, 'keys', 'secrets.key'));
const place = openFolderPlace(folder, { data, bandwidth: null });
const began = performance.now();
const figure: NightFigure = { seconds: 0, peakMiB: 0, newBytes: 0, restoreSeconds: 0, outcome: '', copyId };
if (what === 'copy') {
  const made = await makeCopy({
    db,
    store,
    places: [place],
    keys,
    box,
    data,
    confFile: null,
    now: () => new Date(),
    version: 'bench',
    log: silent,
  });
  if (made.outcome === 'no-place') throw new Error('no place');
  Object.assign(figure, { newBytes: made.newBytes, outcome: made.outcome, copyId: made.id });
} else {
  const jobs = await openJobs(connection, { works: false, name: 'bench', log: silent });
  const app = openDatabase(connection, { role: 'app', max: 2, name: 'bench' });
  const certificate = await prove(
    {
      db,
      app,
      store,
      jobs,
      box,
      identities: keys.identities,
      proof: { bytes: null, letters: 10 },
      openScratch: () => openScratch(data, null),
      now: () => new Date(),
      version: 'bench',
      log: silent,
      data,
      printCertificate: null,
    },
    copyId,
    place,
  );
  Object.assign(figure, { outcome: certificate.outcome, restoreSeconds: (certificate.durations.restoreMs ?? 0) / 1000 });
  await jobs.stop();
  await app.end();
}
figure.seconds = (performance.now() - began) / 1000;
figure.peakMiB = process.resourceUsage().maxRSS / 1024;
await db.end();
console.log(JSON.stringify(figure));
