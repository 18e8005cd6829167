/** `saraban backup list`: the nights there are, with how they stand at each place, and what each place holds. */
import { type ListedCopy, listCopies, listPlaceTotals } from '../../backup/make/copies.ts';
import { selectAlarms } from '../../backup/night/queries.ts';
import { readArguments } from '../arguments.ts';
import { type CommandContext, DONE } from '../command.ts';
import { table } from '../table.ts';
import { mebibytes, withNight } from './with-night.ts';

const MOST = 100;

export async function list(args: string[], context: CommandContext): Promise<number> {
  readArguments(args, {});
  const found = await withNight(context, async parts => ({
    copies: await listCopies(parts.db, { limit: MOST }),
    places: await listPlaceTotals(parts.db),
    set: parts.places.map(place => place.name),
    alarms: await selectAlarms(parts.db),
  }));
  const { copies, places, set, alarms } = found;
  const blocks = [
    table(
      ['สำเนา copy', 'สถานะ state', 'รายการ entries', 'ขนาด size', 'ส่งใหม่ new', 'ที่เก็บ places'],
      copies.map(copy => [copy.id, stateOf(copy), String(copy.entries), mebibytes(copy.bytes), mebibytes(copy.newBytes), placesOf(copy)]),
      'ยังไม่มีสำเนา · There is no copy yet.',
    ),
    table(
      ['ที่เก็บ place', 'จำนวนคืน nights', 'ขนาด size', 'พิสูจน์ล่าสุด last proven'],
      places.map(one => [one.place, String(one.nights), mebibytes(one.bytes), one.provenAt?.toISOString() ?? '-']),
      '',
    ),
    set.length === 0 ? 'ยังไม่ได้กำหนดที่เก็บสำเนา (SARABAN_BACKUP_PLACES) · No place is set.' : '',
    ...alarms.map(({ th, en, since }) => `! ${th}\n  ${en} (${since.toISOString()})`),
  ];
  context.answer(blocks.filter(block => block !== '').join('\n\n'), found);
  return DONE;
}

const STATES = { running: 'กำลังทำ running', made: 'เสร็จ made', failed: 'ไม่สำเร็จ FAILED' } as const;

function stateOf(copy: ListedCopy): string {
  const { progress } = copy;
  const share = progress !== null && progress.totalBytes > 0 ? ` ${Math.floor((100 * progress.doneBytes) / progress.totalBytes)}%` : '';
  return STATES[copy.state] + share;
}

function placesOf(copy: ListedCopy): string {
  return copy.places.map(one => `${one.place} ${one.state}${one.problem === '' ? '' : ` (${one.problem})`}`).join('; ');
}
