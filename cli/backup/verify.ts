/** `saraban backup verify`: the full drill. Everything is fetched back from a place and restored aside, as the night does, but with all letters; for whoever holds the key. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { identitiesOf } from '../../backup/age.ts';
import { listCopies } from '../../backup/make/copies.ts';
import type { Place } from '../../backup/place/place.ts';
import type { Certificate } from '../../backup/prove/certificate.ts';
import { Failure } from '../../register/failure.ts';
import { readArguments, textOf, usage } from '../arguments.ts';
import { type CommandContext, DONE, FAILED } from '../command.ts';
import type { NightParts } from '../night/parts.ts';
import { proveAt } from '../night/steps.ts';
import { mebibytes, refuseNoPlace, seconds, withNight } from './with-night.ts';

const LIES = new Set(['sent', 'proven', 'partly-proven', 'damaged']);

/** Exit 1 when a proof failed. Certificates are kept as those of the night are. */
export async function verify(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { copy: { type: 'string' }, place: { type: 'string' }, identity: { type: 'string' } });
  const identities = await readIdentities(textOf(values, 'identity'));
  const certificates = await withNight(context, async parts => {
    refuseNoPlace(parts);
    const { id, places } = await choose(parts, textOf(values, 'copy'), textOf(values, 'place'));
    const proofs: Certificate[] = [];
    for (const place of places) {
      context.note(`นำสำเนา ${id} กลับมาพิสูจน์จาก ${place.label.th}… · Proving ${id} as it lies in ${place.label.en}…`);
      proofs.push(await proveAt(parts, id, place, { full: true, ...(identities === undefined ? {} : { identities }) }));
    }
    return proofs;
  });
  const ok = certificates.every(one => one.outcome !== 'failed');
  context.answer(certificates.map(describe).join('\n\n'), { ok, certificates });
  return ok ? DONE : FAILED;
}

async function choose(parts: NightParts, copy: string | undefined, place: string | undefined): Promise<{ id: string; places: Place[] }> {
  const names = parts.places.map(one => one.name);
  if (place !== undefined && !names.includes(place))
    throw usage(`--place ${place}: ไม่มีที่เก็บสำเนานี้ ที่มีคือ ${names.join(', ')}`, `there is no such place; there are ${names.join(', ')}`);
  const copies = (await listCopies(parts.db)).filter(one => one.state === 'made');
  const wanted = place === undefined ? names : [place];
  const lying = (one: (typeof copies)[number]) =>
    one.places.filter(at => LIES.has(at.state) && wanted.includes(at.place)).map(at => at.place);
  const found = copies.find(one => (copy === undefined || one.id === copy) && lying(one).length > 0);
  if (found !== undefined) return { id: found.id, places: parts.places.filter(one => lying(found).includes(one.name)) };
  if (copy !== undefined)
    throw usage(
      `--copy ${copy}: ไม่มีสำเนานี้ในที่เก็บ`,
      `no such copy lies there; the newest are ${copies
        .slice(0, 5)
        .map(one => one.id)
        .join(', ')}`,
    );
  throw new Failure({
    code: 'no-copy',
    temporary: false,
    message: 'there is no copy to prove',
    userMessage: {
      th: 'ยังไม่มีสำเนาให้พิสูจน์ โปรดสั่ง npx saraban backup now',
      en: 'There is no copy to prove yet: make one with npx saraban backup now.',
    },
  });
}

async function readIdentities(file: string | undefined): Promise<string[] | undefined> {
  if (file === undefined) return undefined;
  try {
    return identitiesOf(await readFile(resolve(file), 'utf8'));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw usage(`--identity ${file}: อ่านไฟล์ไม่ได้`, `the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

const OUTCOMES = { proven: 'พิสูจน์แล้ว · PROVEN', partly: 'พิสูจน์ได้บางส่วน · PARTLY PROVEN', failed: 'พิสูจน์ไม่ผ่าน · NOT PROVEN' } as const;

function describe(certificate: Certificate): string {
  const { outcome, copy, place, counts, fetched, durations, timeToRestoreMs, lettersOpened, notProven, faults } = certificate;
  const lines = [
    `${OUTCOMES[outcome]}  ${copy.id}  ${place.name}`,
    `  ทำเมื่อ cut at ${copy.cutAt}, นำกลับมา fetched back ${fetched?.blobs ?? 0} ไฟล์ files ${mebibytes(fetched?.bytes ?? 0)}`,
  ];
  if (counts !== null)
    lines.push(`  รายการ entries ${counts.entries}, ไฟล์ files ${counts.blobs}, เปิดอ่าน letters opened ${lettersOpened.length}`);
  const took = Object.values(durations).reduce((sum, ms) => sum + ms, 0);
  lines.push(
    `  ใช้เวลา took ${seconds(took)}${timeToRestoreMs === null ? '' : `, กู้คืนทั้งหมดใช้ whole restore takes ${seconds(timeToRestoreMs)}`}`,
  );
  for (const one of notProven) lines.push(`  ? ${one.th} · ${one.en}`);
  for (const fault of faults) lines.push(`  ! ${fault.object}: ${fault.problem}`);
  return lines.join('\n');
}
