/**
 * `saraban upgrade-check`: run with the new program, beside the old one that still serves. Last night's copy is restored aside and migrated; only when it
 * holds then does it say go. The live database is not touched: an old program is working on it.
 */
import { join, resolve } from 'node:path';
import { openPlaces } from '../backup/place/open-places.ts';
import type { Place } from '../backup/place/place.ts';
import { type Rehearsal, type RehearsalStep, rehearse } from '../backup/prove/rehearse.ts';
import { chooseCopy, timeOf } from '../backup/restore/choose.ts';
import type { Settings } from '../config/settings.ts';
import { Failure } from '../register/failure.ts';
import { prepareDatabase } from '../register/prepare-database.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { readArguments, textOf, usage } from './arguments.ts';
import { openClock } from './clock.ts';
import { type CommandContext, DONE, FAILED } from './command.ts';
import { programVersion } from './program-version.ts';
import { openPlaceNamed, readIdentities } from './restore/source.ts';
import { openScratch } from './scratch-database.ts';

const HOUR_MS = 3_600_000;

const STEPS: Record<RehearsalStep, string> = {
  fetching: 'นำสำเนากลับมา · Fetching the copy back',
  restoring: 'กู้คืนลงฐานข้อมูลชั่วคราว · Restoring it to a scratch database',
  migrating: 'ปรับให้ตรงโปรแกรมรุ่นนี้ · Bringing it up to this program',
  verifying: 'ตรวจทะเบียนทั้งหมด · Verifying the whole register',
};

/** Exit 0: go. Exit 1: what stands in the way. */
export async function upgradeCheck(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { from: { type: 'string' }, copy: { type: 'string' }, identity: { type: 'string' } });
  const settings = context.settings();
  const from = textOf(values, 'from');
  const copy = textOf(values, 'copy');
  const places = from === undefined ? openPlaces(settings.backup, settings.data) : [openPlaceNamed(from, settings, settings.data)];
  const wanted = { from: from ?? '', copy, at: undefined, identity: textOf(values, 'identity'), key: undefined, yes: true };
  const { place, night } = await newestNight(places, copy);
  const identities = await readIdentities(wanted, settings, settings.data);
  context.note(`สำเนา ${night} ที่ ${place.label.th} · The copy ${night} in ${place.label.en}`);
  const old = copy === undefined ? tooOld(night, settings) : null;
  const live = settings.databaseUrl === null ? null : { url: settings.databaseUrl };
  const scratch = await openScratch(settings.data, live);
  try {
    const store = await openFolderStore(join(settings.data, 'blobs'));
    const rehearsal = await rehearse({
      place,
      identities,
      night,
      scratch,
      store,
      openStore: openFolderStore,
      prepare: prepareDatabase,
      letters: settings.backup.proofLetters,
      onStep: step => context.note(`  ${STEPS[step]}`),
    });
    if (old !== null) rehearsal.faults.push(old);
    const go = rehearsal.faults.length === 0;
    context.answer(describe(rehearsal, go), { go, program: programVersion(), place: place.name, ...rehearsal });
    return go ? DONE : FAILED;
  } finally {
    await scratch.close();
  }
}

/** The newest night of all places; a place that is away counts only when no other has one. */
async function newestNight(places: Place[], copy: string | undefined): Promise<{ place: Place; night: string }> {
  const found: { place: Place; night: string }[] = [];
  let away: unknown;
  for (const place of places) {
    try {
      const chosen = await chooseCopy(place, { copy });
      if (chosen.outcome === 'chosen') found.push({ place, night: chosen.night });
    } catch (error) {
      away = error;
    }
  }
  const newest = found.sort((a, b) => (a.night < b.night ? 1 : -1))[0];
  if (newest !== undefined) return newest;
  if (away !== undefined) throw away;
  if (copy !== undefined) throw usage(`--copy ${copy}: ไม่มีสำเนานี้ในที่เก็บ`, 'no such copy lies in a place');
  throw new Failure({
    code: 'no-copy',
    temporary: false,
    message: 'there is no copy to rehearse the update with',
    userMessage: {
      th: 'ยังไม่มีสำเนาให้ลองปรับรุ่น อย่าเพิ่งปรับรุ่น โปรดกำหนด SARABAN_BACKUP_PLACES แล้วสั่ง npx saraban backup now ด้วยโปรแกรมรุ่นเดิม',
      en: 'There is no copy to try the update on. Do not update yet: set SARABAN_BACKUP_PLACES, and run npx saraban backup now with the old program.',
    },
  });
}

/** What happens after the update can only be undone as far as the copy reaches. */
function tooOld(night: string, settings: Settings): string | null {
  const hours = Math.floor((openClock(settings.clockStart)().getTime() - Date.parse(timeOf(night))) / HOUR_MS);
  const most = settings.backup.maxAgeHours;
  return hours <= most ? null : `copy ${night}: is ${hours} hours old, ${most} are allowed: run backup now with the old program`;
}

function describe({ night, madeBy, applied, migrationMs, entries, opened, faults }: Rehearsal, go: boolean): string {
  const what = [
    `  สำเนา copy ${night} (Saraban ${madeBy}), รายการ entries ${entries}, เปิดอ่าน letters opened ${opened}`,
    `  migrations ${applied.length}${applied.length === 0 ? '' : `: ${applied.join(', ')}`} (${(migrationMs / 1000).toFixed(1)} s)`,
  ];
  if (go)
    return [
      `ปรับรุ่นได้ · Go: last night's copy works with Saraban ${programVersion()}`,
      ...what,
      `  ขั้นต่อไป: หยุดโปรแกรมเดิม แล้วเริ่มโปรแกรมใน ${resolve(import.meta.dirname, '..')} · Next: stop the old program, start the one in ${resolve(import.meta.dirname, '..')}`,
    ].join('\n');
  const shown = faults.slice(0, 20).map(fault => `  ! ${fault}`);
  return ['อย่าเพิ่งปรับรุ่น · Do not update', ...what, ...shown].join('\n');
}
