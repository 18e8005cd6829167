/** `saraban register volume --year 2569`: the closed year as one archive for the agency's shelf and the National Archives. Works while the appliance runs. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeVolume, type VolumeMade } from '../backup/volume/make-volume.ts';
import { openDatabase } from '../register/db/connect.ts';
import { asFailure } from '../register/db/transaction.ts';
import { createPrinter } from '../register/print/print.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { readArguments, textOf, usage } from './arguments.ts';
import { openClock } from './clock.ts';
import { type CommandContext, DONE } from './command.ts';
import { lettersProgress } from './letters-progress.ts';
import { withDatabase } from './open-database.ts';
import { programVersion } from './program-version.ts';
import { chooseAgency, withRegister } from './with-register.ts';

export async function volume(args: string[], context: CommandContext): Promise<number> {
  const options = {
    year: { type: 'string' },
    agency: { type: 'string' },
    to: { type: 'string' },
    classified: { type: 'boolean' },
    'so-far': { type: 'boolean' },
  } as const;
  const { values } = readArguments(args, options, { required: ['year', 'to'] });
  const yearText = textOf(values, 'year') ?? '';
  if (!/^\d{4}$/.test(yearText)) throw usage(`--year ${yearText}: ต้องเป็นปีสี่หลัก เช่น 2569`, 'must be a year of four digits, such as 2569');
  const year = Number(yearText);
  const settings = context.settings();
  const { code } = await withRegister(settings, register => chooseAgency(register.db, textOf(values, 'agency')));
  const classified = values.classified === true;
  const to = resolve(textOf(values, 'to') ?? '');
  const isFolder = (await stat(to).catch(() => null))?.isDirectory() === true;
  const file = isFolder ? join(to, `${code}-${year}${classified ? '-classified' : ''}.tar`) : to;
  context.note(`กำลังทำเล่มทะเบียนปี ${year}… · Making the volume of ${year}…`);
  const printer = createPrinter();
  try {
    const made = await withDatabase(settings, async connection => {
      const db = openDatabase(connection, { role: 'owner', max: 1, name: 'volume' });
      try {
        const store = await openFolderStore(join(settings.data, 'blobs'));
        const where = {
          db,
          store,
          printer,
          work: join(settings.data, 'work'),
          now: openClock(settings.clockStart),
          version: programVersion(),
        };
        return await makeVolume(
          where,
          { code, year, classified, soFar: values['so-far'] === true, onProgress: lettersProgress(context) },
          file,
        );
      } catch (error) {
        throw asFailure(error);
      } finally {
        await db.end({ timeout: 5 });
      }
    });
    context.answer(describe(made), made);
    return DONE;
  } finally {
    await printer.close();
  }
}

function describe({ agency, year, file, size, entries, sha256, manifestSha256, closed }: VolumeMade): string {
  return [
    `เล่มทะเบียนประจำปี ${year} ของ ${agency.nameTh} · The registers of ${year} of ${agency.nameEn || agency.code}`,
    `  ${file} (${(size / 1024 ** 2).toFixed(1)} MiB)`,
    `  รายการ entries ${entries}`,
    `  SHA-256 ${sha256}`,
    `  SHA-256 (manifest-sha256.txt) ${manifestSha256}`,
    closed ? '  ปีนี้ปิดทะเบียนครบทุกวันแล้ว · Every day of the year is closed' : '  ยังไม่ใช่เล่มที่ปิดแล้ว · This is not the closed year',
  ].join('\n');
}
