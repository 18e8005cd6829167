/** `saraban backup prune`: removes what SARABAN_BACKUP_KEEP does not keep; the night does it once a week. */
import { type PrunedPlace, prune } from '../../backup/retain/prune.ts';
import { readArguments } from '../arguments.ts';
import { type CommandContext, DONE, FAILED, TRY_AGAIN } from '../command.ts';
import { mebibytes, refuseNoPlace, withNight } from './with-night.ts';

/** `--dry-run` says what would go and removes nothing. */
export async function pruneNow(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { 'dry-run': { type: 'boolean' } });
  const dryRun = values['dry-run'] === true;
  const pruned = await withNight(context, async parts => {
    refuseNoPlace(parts);
    const { db, places, now, log, settings } = parts;
    return await prune({ db, places, now, log, timeZone: settings.timeZone }, settings.backup.keep, { dryRun });
  });
  const failures = pruned.flatMap(one => one.failure ?? []);
  const shown = pruned.map(({ failure, ...one }) => ({
    ...one,
    failure: failure === null ? null : { code: failure.code, ...failure.userMessage },
  }));
  context.answer(pruned.map(one => describe(one, dryRun)).join('\n'), { ok: failures.length === 0, dryRun, places: shown });
  if (failures.length === 0) return DONE;
  return failures.every(one => one.temporary) ? TRY_AGAIN : FAILED;
}

function describe({ place, kept, nights, minutes, packs, bytes, failure }: PrunedPlace, dryRun: boolean): string {
  const verb = dryRun ? 'จะลบ would remove' : 'ลบแล้ว removed';
  const lines = [
    `${place}: ${verb} ${nights.length} คืน nights, ระหว่างวัน changes of ${minutes.length}, ${packs.length} ก้อน packs (${mebibytes(bytes)}); เก็บไว้ kept ${kept.length} คืน nights`,
  ];
  if (dryRun) for (const night of kept) lines.push(`  เก็บ keep ${night.id}  ${night.reasons.join(', ')}`);
  for (const night of nights) lines.push(`  ${dryRun ? 'ลบ remove' : 'ลบแล้ว removed'} ${night}`);
  if (failure !== null) lines.push(`  ! ${failure.userMessage.th} · ${failure.userMessage.en}`);
  return lines.join('\n');
}
