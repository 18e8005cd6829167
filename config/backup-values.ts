/** What the text of a setting of the night means. Each reader gives `undefined` for text it does not understand. */
import { normalize } from 'node:path';
import type { BackupSettings, PlaceSetting } from './backup-settings.ts';

/**
 * Places, separated by spaces or commas: `/mnt/nas/saraban`, `offsite:saraban`, `rclone:offsite:saraban`. A place said twice is a slip
 * that would look like two copies, so it is not understood.
 */
export function readPlaces(text: string): PlaceSetting[] | undefined {
  const places: PlaceSetting[] = [];
  for (const item of listOf(text)) {
    const place = readPlace(item);
    if (place === undefined) return undefined;
    places.push(place);
  }
  const names = places.map(place => (place.kind === 'folder' ? place.path : place.remote));
  return new Set(names).size === names.length ? places : undefined;
}

function readPlace(text: string): PlaceSetting | undefined {
  if (text.startsWith('/')) {
    const path = normalize(text).replace(/\/$/, '');
    // The root of the disk is nobody's folder for copies.
    return path === '' ? undefined : { kind: 'folder', path };
  }
  // 'rclone:remote:path' says the same as 'remote:path'; a remote that is itself called rclone is written rclone:rclone:path.
  const remote = /^rclone:[^:]+:/.test(text) ? text.slice('rclone:'.length) : text;
  // A name of rclone's begins with a letter, digit or _; '-' in front would be read as an option of the program.
  return /^[A-Za-z0-9_][\w.+@-]*:[^\s,]*$/.test(remote) && !remote.includes('://') ? { kind: 'rclone', remote } : undefined;
}

/** '2:00' and '02:00' → '02:00'. */
export function readHourOfDay(text: string): string | undefined {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  return hour !== '' && Number(hour) < 24 && Number(minute) < 60 ? `${hour.padStart(2, '0')}:${minute}` : undefined;
}

/** Recipients of age: X25519, 'age1' and bech32. Whether the checksum holds is found when the copy is made. */
export function readRecipients(text: string): string[] | undefined {
  const recipients = listOf(text);
  return recipients.every(one => /^age1[a-z0-9]{50,3000}$/.test(one)) ? recipients : undefined;
}

/** Bytes a second, as rclone's --bwlimit without a timetable: '4M', '512K', '1.5M'. */
export function readBandwidth(text: string): string | undefined {
  return /^\d{1,6}(\.\d{1,3})?[BKMG]?$/i.test(text) && Number.parseFloat(text) > 0 ? text : undefined;
}

const KEEP_WORDS = { within: 'withinDays', daily: 'daily', weekly: 'weekly', monthly: 'monthly', yearly: 'yearly' } as const;

/** 'within=14d daily=30 …' in any order; what is not named keeps none. Nothing kept at all is not understood: that would be a slip, and the last. */
export function readKeep(text: string): BackupSettings['keep'] | undefined {
  const keep: BackupSettings['keep'] = { withinDays: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
  const seen = new Set<string>();
  for (const item of listOf(text)) {
    const [, word = '', number = '', unit = ''] = /^([a-z]+)=(\d{1,5})(d?)$/.exec(item) ?? [];
    const field = Object.hasOwn(KEEP_WORDS, word) ? KEEP_WORDS[word as keyof typeof KEEP_WORDS] : undefined;
    if (field === undefined || seen.has(word) || (unit === 'd' && word !== 'within')) return undefined;
    seen.add(word);
    keep[field] = Number(number);
  }
  return Object.values(keep).some(number => number > 0) ? keep : undefined;
}

/** Where the outcome of a night is told: https, since its path is a secret. */
export function readPing(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // On this machine itself nothing is overheard: a monitor beside us, and the tests.
  const near = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url && (url.protocol === 'https:' || near) && url.search === '' && url.hash === '' ? text.replace(/\/+$/, '') : undefined;
}

function listOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(item => item !== '');
}
