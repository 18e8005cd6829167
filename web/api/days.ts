/** The closed days over the API: the list, one day, and its files. Whoever takes a file leaves an act (I10). */
import { may } from '../../register/access.ts';
import { openedDay } from '../../register/act/open-day.ts';
import { type DayRow, getDay, listDays } from '../../register/look/days.ts';
import type { Officer } from '../../register/officer.ts';
import type { Call, Reply } from './operation.ts';
import { doneOrProblem, Problem } from './problem.ts';
import { badCursor, readCursor, writeCursor } from './request.ts';
import type { DayShape } from './schema.ts';

export async function daysOperation({ context, officer, query }: Call<'pages', 'Nothing'>): Promise<Reply> {
  allowed(officer);
  const { items, next } = await listDays(context.db, officer, {
    limit: query.limit,
    before: query.cursor === undefined ? undefined : ordinalOf(query.cursor),
  });
  return { kind: 'json', body: { items: items.map(dayShape), next: next === null ? null : writeCursor([next]) } };
}

function ordinalOf(cursor: string): number {
  const [ordinal] = readCursor(cursor);
  if (typeof ordinal !== 'number' || !Number.isInteger(ordinal) || ordinal < 1 || ordinal > 2_147_483_647) throw badCursor();
  return ordinal;
}

export async function dayOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  allowed(officer);
  const day = await getDay(context.db, officer, places.date ?? '');
  if (day === null) throw new Problem('not-found');
  return { kind: 'json', body: dayShape(day) };
}

export async function dayFileOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  allowed(officer);
  const day = await getDay(context.db, officer, places.date ?? '');
  const file = day?.files.find(one => one.name === places.name);
  if (day === null || file === undefined) throw new Problem('not-found');
  doneOrProblem(await openedDay(context, officer, { day: day.day, what: [file.name] }));
  const { contentType, size, sha256 } = file;
  return { kind: 'bytes', contentType, fileName: `${day.day}-${file.name}`, size, sha256, stream: context.store.stream(sha256) };
}

function dayShape(day: DayRow): DayShape {
  const { ordinal, closedAt, sealSha256, previousSealSha256, timestamped, books, files } = day;
  return {
    ordinal,
    day: day.day,
    closedAt: closedAt.toISOString(),
    sealSha256,
    previousSealSha256,
    timestamped,
    books,
    files: files.map(({ name, contentType, size, sha256, classified }) => ({ name, contentType, size, sha256, classified })),
  };
}

function allowed(officer: Officer): void {
  if (!may(officer, 'see-days')) throw new Problem('forbidden');
}
