/** The settings of the night (SARABAN_BACKUP_…): what each may be, and what they are when nobody says. Part of the schema of settings.ts. */
import { resolve } from 'node:path';
import { z } from 'zod';
import type { BackupSettings } from './backup-settings.ts';
import { readBandwidth, readHourOfDay, readKeep, readPing, readPlaces, readRecipients } from './backup-values.ts';
import { readSize } from './setting-values.ts';
import { understood } from './setting-words.ts';

/** A whole number of `what` from `least` to `most`. */
export function count(least: number, most: number, what: { th: string; en: string }) {
  return understood(
    text => (/^\d{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
    `ต้องเป็นจำนวน${what.th} ${least} ถึง ${most}`,
    `must be a number of ${what.en}, ${least} to ${most}`,
  );
}

export const BACKUP_SETTINGS = {
  SARABAN_BACKUP_PLACES: understood(
    readPlaces,
    'ต้องเป็นโฟลเดอร์ที่ขึ้นต้นด้วย / หรือปลายทางของ rclone เช่น offsite:saraban คั่นด้วยช่องว่างหรือจุลภาค ไม่ซ้ำกัน',
    'must be folders that begin with /, or rclone remotes such as offsite:saraban, separated by spaces or commas, each once',
  ).default([]),
  SARABAN_BACKUP_AT: understood(readHourOfDay, 'ต้องเป็นเวลา เช่น 02:00', 'must be a time of day such as 02:00').default('02:00'),
  SARABAN_BACKUP_RECIPIENT: understood(
    readRecipients,
    'ต้องเป็นกุญแจสาธารณะของ age ที่ขึ้นต้นด้วย age1 คั่นด้วยช่องว่างหรือจุลภาค (ส่วนกุญแจลับ AGE-SECRET-KEY ให้อยู่ใน SARABAN_BACKUP_IDENTITY)',
    'must be public keys of age, which begin with age1, separated by spaces or commas (the file of the secret key goes in SARABAN_BACKUP_IDENTITY)',
  ).default([]),
  // A file that is not there is no fault here: mail must come in while the stick with the key lies in the safe. The night and the doctor say it.
  SARABAN_BACKUP_IDENTITY: understood(
    text => (/AGE-SECRET-KEY|^age1/i.test(text) ? undefined : text),
    'ต้องเป็นที่อยู่ของไฟล์กุญแจ ไม่ใช่ตัวกุญแจ',
    'must be the path of the key’s file, not the key itself',
  ).optional(),
  SARABAN_BACKUP_EVERY: count(0, 1440, { th: 'นาที', en: 'minutes' }).default(5),
  SARABAN_BACKUP_BANDWIDTH: understood(
    readBandwidth,
    'ต้องเป็นความเร็วต่อวินาที เช่น 4M หรือ 512K',
    'must be bytes a second as rclone writes them, such as 4M or 512K',
  ).optional(),
  SARABAN_BACKUP_RCLONE_CONF: z.string().optional(),
  SARABAN_BACKUP_KEEP: understood(
    readKeep,
    'ต้องเป็น within=14d daily=30 weekly=12 monthly=24 yearly=10 โดยเก็บอย่างน้อยหนึ่งคืน',
    'must be as within=14d daily=30 weekly=12 monthly=24 yearly=10, and keep one night at least',
  ).default({ withinDays: 14, daily: 30, weekly: 12, monthly: 24, yearly: 10 }),
  SARABAN_BACKUP_PROOF: understood(
    text => (text === 'all' ? ('all' as const) : readSize(text)),
    'ต้องเป็น all หรือขนาด เช่น 1GiB',
    'must be all, or a size such as 1GiB',
  ).default(1024 ** 3),
  SARABAN_BACKUP_LETTERS: count(0, 10_000, { th: 'หนังสือ', en: 'letters' }).default(10),
  SARABAN_BACKUP_PING: understood(readPing, 'ต้องเป็นที่อยู่ที่ขึ้นต้นด้วย https://', 'must be an address that begins with https://').optional(),
  SARABAN_BACKUP_MAX_AGE: count(1, 8760, { th: 'ชั่วโมง', en: 'hours' }).default(26),
};

type BackupValues = z.output<z.ZodObject<typeof BACKUP_SETTINGS>>;

/** @param base the folder that relative paths start from */
export function toBackupSettings(values: BackupValues, base: string): BackupSettings {
  const proof = values.SARABAN_BACKUP_PROOF;
  return {
    places: values.SARABAN_BACKUP_PLACES,
    at: values.SARABAN_BACKUP_AT,
    recipients: values.SARABAN_BACKUP_RECIPIENT,
    identity: values.SARABAN_BACKUP_IDENTITY === undefined ? null : resolve(base, values.SARABAN_BACKUP_IDENTITY),
    everyMinutes: values.SARABAN_BACKUP_EVERY,
    bandwidth: values.SARABAN_BACKUP_BANDWIDTH ?? null,
    rcloneConfig: values.SARABAN_BACKUP_RCLONE_CONF === undefined ? null : resolve(base, values.SARABAN_BACKUP_RCLONE_CONF),
    keep: values.SARABAN_BACKUP_KEEP,
    proofBytes: proof === 'all' ? null : proof,
    proofLetters: values.SARABAN_BACKUP_LETTERS,
    ping: values.SARABAN_BACKUP_PING ?? null,
    maxAgeHours: values.SARABAN_BACKUP_MAX_AGE,
  };
}
