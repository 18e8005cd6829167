/** What `--from`, `--copy`, `--at`, `--identity` and `--key` mean: the place, the copy in it, and what opens it. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { identitiesOf } from '../../backup/age.ts';
import { OWN_KEY } from '../../backup/keys.ts';
import { openFolderPlace } from '../../backup/place/folder.ts';
import type { Place } from '../../backup/place/place.ts';
import { openRclonePlace } from '../../backup/place/rclone.ts';
import { chooseCopy, timeOf } from '../../backup/restore/choose.ts';
import { type OpenedCopy, openCopy } from '../../backup/restore/rebuild.ts';
import type { Settings } from '../../config/settings.ts';
import { Failure } from '../../register/failure.ts';
import { usage } from '../arguments.ts';
import type { CommandContext } from '../command.ts';

export interface CopyWanted {
  from: string;
  copy: string | undefined;
  at: Date | undefined;
  identity: string | undefined;
  key: string | undefined;
  yes: boolean;
}

/** A folder ('/mnt/nas', './copies'), or what rclone calls 'remote:path'. */
export function openPlaceNamed(from: string, settings: Settings, data: string): Place {
  const isRemote = /^:?[\w.+@ -]+(,[^:]*)?:/.test(from) && !from.startsWith('/') && !from.startsWith('.');
  if (isRemote) return openRclonePlace(from, { config: settings.backup.rcloneConfig, bandwidth: settings.backup.bandwidth });
  return openFolderPlace(resolve(from), { data, bandwidth: settings.backup.bandwidth });
}

/** The identities of `--identity`, of the settings, or of a key file that lies in the data folder already. @throws Failure `no-copy-key` */
export async function readIdentities(wanted: CopyWanted, settings: Settings, data: string): Promise<string[]> {
  const files =
    wanted.identity !== undefined
      ? [resolve(wanted.identity)]
      : [settings.backup.identity, join(data, OWN_KEY)].filter(file => file !== null);
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return identitiesOf(text);
  }
  throw new Failure({
    code: 'no-copy-key',
    temporary: false,
    message: `no age identity at ${files.join(', ')}`,
    userMessage: {
      th: 'ไม่มีกุญแจเปิดสำเนา โปรดพิมพ์กุญแจจากใบเก็บรักษากุญแจ (AGE-SECRET-KEY-1…) ลงไฟล์ แล้วระบุ --identity ไฟล์นั้น',
      en: 'There is no key to open the copies: type the key of the escrow sheet (AGE-SECRET-KEY-1…) into a file and name it with --identity.',
    },
  });
}

/**
 * Finds the copy and fetches what tells what it holds.
 * @throws UsageError when there is no such copy; DamagedCopy when the night is at fault; Failure when the place is away
 */
export async function openWanted(
  wanted: CopyWanted,
  settings: Settings,
  data: string,
  scratch: string,
  context: CommandContext,
): Promise<OpenedCopy> {
  const place = openPlaceNamed(wanted.from, settings, data);
  const identities = await readIdentities(wanted, settings, data);
  const chosen = await chooseCopy(place, wanted);
  if (chosen.outcome === 'none') throw usage(`--from ${wanted.from}: ไม่มีสำเนาอยู่ที่นี่`, 'there is no copy in this place');
  if (chosen.outcome === 'not-found') {
    const known = chosen.nights.slice(-10).join(', ');
    throw usage(`ไม่มีสำเนานี้ ที่มีล่าสุดคือ ${known}`, `there is no such copy; the newest are ${known}`);
  }
  context.note(`กำลังอ่านสำเนา ${chosen.night} (${timeOf(chosen.night)})… · Reading the copy ${chosen.night}…`);
  const fingerprints = wanted.key === undefined ? null : [wanted.key.replaceAll(/[\s:]/g, '').toLowerCase()];
  return await openCopy({ place, identities, scratch, fingerprints }, chosen.night, { minutes: true, until: chosen.until, among: null });
}
