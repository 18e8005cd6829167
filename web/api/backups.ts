/** The copies in other places over the API: what became of each, and the agency's own certificates. Never a figure of another agency (I9). */
import { may } from '../../register/access.ts';
import { type CertificateRow, getCertificate, listNights, type NightRow, type PlaceRow } from '../../register/look/nights.ts';
import { summaryOf } from '../../register/look/standing.ts';
import type { Officer } from '../../register/officer.ts';
import { certificateBytes, certificateOf } from '../pages/copies.ts';
import { numbered } from '../pages/copy-words.ts';
import type { Call, Reply } from './operation.ts';
import { Problem } from './problem.ts';
import { badCursor, readId } from './request.ts';
import type { BackupShape } from './schema.ts';

export async function backupsOperation({ context, officer, query }: Call<'pages', 'Nothing'>): Promise<Reply> {
  allowed(officer);
  if (query.cursor !== undefined && !/^\d{8}T\d{6}Z-[0-9a-f]{8}$/.test(query.cursor)) throw badCursor();
  const { items, next } = await listNights(context.db, officer, { wholeOnly: false, limit: query.limit, before: query.cursor });
  return { kind: 'json', body: { items: items.map(backupShape), next } };
}

const WORDS = { folder: 'folder', remote: (name: string) => `rclone ${name}`, remotePlain: 'rclone' };

function backupShape(night: NightRow): BackupShape {
  const names = numbered(
    WORDS,
    night.places.map(one => one.place),
  );
  const certificate = certificateOf(night);
  const figures = certificate === undefined ? null : summaryOf(certificate);
  return {
    id: night.id,
    cutAt: night.cutAt?.toISOString() ?? null,
    kind: night.kind,
    state: night.state,
    places: night.places.map(place => ({
      place: names.get(place.place) ?? '',
      state: place.state,
      sentAt: place.sentAt?.toISOString() ?? null,
      provenAt: place.provenAt?.toISOString() ?? null,
      problem: problemOf(night, place),
    })),
    bytes: figures?.bytes ?? night.whole?.bytes ?? null,
    newBytes: night.whole?.newBytes ?? null,
    certificate:
      certificate === undefined || figures === null
        ? null
        : {
            id: certificate.id,
            outcome: certificate.outcome,
            at: certificate.at.toISOString(),
            restoreMs: figures.restoreMs,
            entries: figures.entries,
            sha256: certificate.jsonSha256,
          },
  };
}

/** What the agency's own certificate found; of the rest only that there is something, for it may name what is another's. */
function problemOf(night: NightRow, place: PlaceRow): string {
  if (place.problem !== '') return place.problem;
  const own = night.certificates.find(one => one.place === place.place);
  const faults = own === undefined ? [] : summaryOf(own).faults;
  if (faults.length > 0) return faults.join('; ');
  if (place.state === 'damaged') return 'the copy did not pass its proof here; the provider has the details';
  return place.state === 'failed' ? 'the copy could not be sent here; the provider has the details' : '';
}

export async function certificateJsonOperation(call: Call<'none', 'Nothing'>): Promise<Reply> {
  return await certificateOperation(call, 'json');
}

export async function certificatePdfOperation(call: Call<'none', 'Nothing'>): Promise<Reply> {
  return await certificateOperation(call, 'pdf');
}

async function certificateOperation({ context, officer, places }: Call<'none', 'Nothing'>, kind: 'json' | 'pdf'): Promise<Reply> {
  allowed(officer);
  const certificate: CertificateRow | null = await getCertificate(context.db, officer, readId(places.id));
  const file = certificate === null ? null : certificateBytes(certificate, kind);
  if (file === null) throw new Problem('not-found');
  const { contentType, name, size, sha256 } = file;
  return { kind: 'bytes', contentType, fileName: name, size, sha256, stream: context.store.stream(sha256) };
}

function allowed(officer: Officer): void {
  if (!may(officer, 'see-copies')) throw new Problem('forbidden');
}
