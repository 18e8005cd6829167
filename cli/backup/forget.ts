/**
 * `saraban backup forget PLACE`: a place whose contents are gone (a disk exchanged, a bucket emptied) is taken for new, and the next night sends everything again.
 * Nothing at the place is touched: what lies there is only no longer counted on.
 */
import { forgetPlace } from '../../backup/make/look.ts';
import { nearest } from '../../config/nearest.ts';
import { readArguments, usage } from '../arguments.ts';
import { type CommandContext, DONE } from '../command.ts';
import { refuseNoPlace, withNight } from './with-night.ts';

export async function forget(args: string[], context: CommandContext): Promise<number> {
  const { words } = readArguments(args, {}, { words: ['PLACE'] });
  const [name = ''] = words;
  await withNight(context, async parts => {
    refuseNoPlace(parts);
    const names = parts.places.map(place => place.name);
    if (!names.includes(name)) {
      const meant = nearest(name, names);
      throw usage(
        `${name}: ไม่มีที่เก็บสำเนานี้ (${names.join(', ')})`,
        meant ? `did you mean ${meant}?` : `known places are ${names.join(', ')}`,
      );
    }
    await forgetPlace(parts.db, name);
  });
  const th = `ลืมสิ่งที่เคยส่งไป ${name} แล้ว คืนถัดไปจะส่งใหม่ทั้งหมด`;
  context.answer(`${th} · What was sent to ${name} is forgotten: the next night sends everything again`, { place: name, forgotten: true });
  return DONE;
}
