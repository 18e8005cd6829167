/**
 * Clears what crashes left on the disk: spool files that were never adopted, and blobs that no row refers to.
 *
 * Which mistake is worse: removing bytes that a letter needs breaks the first promise of the appliance (I1), keeping rubbish costs room.
 * A blob nobody wants now may be wanted a moment later, when the same bytes come again and find their file there. So a blob is first moved
 * aside, asked about once more, kept aside for a day, asked about again, and moved back whenever a row wants it.
 */
import { mkdir, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GatewayContext } from '../dispatch/context.ts';
import { selectUnwanted } from './sweep-queries.ts';

export interface FileSweepReport {
  spoolFiles: number;
  setAside: number;
  broughtBack: number;
  removed: number;
}

const AN_HOUR_MS = 3_600_000;
const A_DAY_MS = 24 * AN_HOUR_MS;
const BATCH = 500;

/** Ages are those of the files, by the machine's own clock. @param now - that clock, for tests */
export async function sweepFiles(context: Pick<GatewayContext, 'db' | 'store' | 'log'>, now = new Date()): Promise<FileSweepReport> {
  const report: FileSweepReport = { spoolFiles: 0, setAside: 0, broughtBack: 0, removed: 0 };
  const anHourAgo = new Date(now.getTime() - AN_HOUR_MS);
  for await (const file of context.store.abandoned(anHourAgo)) {
    await unlink(file).catch(() => {});
    report.spoolFiles++;
  }
  await settleAside(context, now, report);
  let batch: string[] = [];
  const flush = async () => {
    for (const sha256 of await selectUnwanted(context.db, batch)) await setAside(context, sha256, now, report);
    batch = [];
  };
  for await (const sha256 of context.store.list()) {
    const figures = await stat(context.store.pathOf(sha256)).catch(() => null);
    if (figures === null || figures.mtime >= anHourAgo) continue;
    batch.push(sha256);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  if (report.spoolFiles + report.setAside + report.broughtBack + report.removed > 0) context.log.info({ ...report }, 'files swept');
  return report;
}

function asideFolder(context: Pick<GatewayContext, 'store'>): string {
  return join(dirname(context.store.incoming), 'aside');
}

async function setAside(context: Pick<GatewayContext, 'db' | 'store'>, sha256: string, now: Date, report: FileSweepReport): Promise<void> {
  const aside = join(asideFolder(context), sha256);
  await mkdir(asideFolder(context), { recursive: true, mode: 0o700 });
  await rename(context.store.pathOf(sha256), aside);
  // From now on its age is the time it has lain aside.
  await utimes(aside, now, now);
  report.setAside++;
  if ((await selectUnwanted(context.db, [sha256])).length === 0) await bringBack(context, sha256, report);
}

async function settleAside(context: Pick<GatewayContext, 'db' | 'store'>, now: Date, report: FileSweepReport): Promise<void> {
  const names = (await readdir(asideFolder(context)).catch(() => [])).filter(name => /^[0-9a-f]{64}$/.test(name));
  for (let at = 0; at < names.length; at += BATCH) {
    const some = names.slice(at, at + BATCH);
    const unwanted = new Set(await selectUnwanted(context.db, some));
    for (const sha256 of some) {
      const file = join(asideFolder(context), sha256);
      if (!unwanted.has(sha256)) await bringBack(context, sha256, report);
      else if (now.getTime() - (await stat(file)).mtimeMs > A_DAY_MS) {
        await unlink(file);
        report.removed++;
      }
    }
  }
}

async function bringBack(context: Pick<GatewayContext, 'store'>, sha256: string, report: FileSweepReport): Promise<void> {
  await context.store.adopt(join(asideFolder(context), sha256), sha256);
  report.broughtBack++;
}
