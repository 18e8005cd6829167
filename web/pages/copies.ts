/**
 * The copies in other places as the agency sees them: how they stand in one sentence, the newest certificate, the last nights, and what to do when something
 * is wrong. Certificates are downloaded here too. The provider's page (web/office/provider-copies.ts) draws nights and certificates with the same parts.
 */
import { may } from '../../register/access.ts';
import {
  type CertificateRow,
  copyStanding,
  getCertificate,
  listAlarms,
  listNights,
  type NightRow,
  type StandingRule,
} from '../../register/look/nights.ts';
import { cutOf, summaryOf } from '../../register/look/standing.ts';
import { copyPlacesOf, elsewhere } from '../copy-places.ts';
import { sendNotFound } from '../errors.ts';
import type { Format } from '../format.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, type PageContext, sendPage } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { type RegisterFigure, registersOf } from './certificate-detail.ts';
import {
  type Alarm,
  type AlarmInput,
  ageWords,
  alarmsOf,
  durationWords,
  nightTone,
  placeNames,
  placeTone,
  sentenceOf,
  standingTone,
  type Tone,
  trendOf,
  USUAL_MAX_AGE_HOURS,
  whenWords,
} from './copy-words.ts';
import { sendOwnFile } from './own-file.ts';

const NIGHTS = 60;

/** By what the copies are judged. */
export async function standingRule(context: PageContext, visit: SignedIn): Promise<StandingRule> {
  return {
    now: visit.now,
    maxAgeHours: context.settings.backup?.maxAgeHours ?? USUAL_MAX_AGE_HOURS,
    places: elsewhere(await copyPlacesOf(context)),
  };
}

export async function copiesPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const words = visit.text.night.copies;
  const format = formatOf(visit);
  const places = await copyPlacesOf(context);
  const rule = await standingRule(context, visit);
  const [standing, nights, alarms] = await Promise.all([
    copyStanding(context.db, visit.officer, rule),
    listNights(context.db, visit.officer, { wholeOnly: true, limit: NIGHTS }),
    listAlarms(context.db, visit.officer),
  ]);
  const shown = standing.newest;
  await sendPage(
    context,
    request,
    response,
    visit,
    'copies',
    { title: words.title, current: 'copies' },
    {
      ...headOf(visit, format, rule, { standing, places, night: nights.items[0], alarms }),
      last: shown === null ? null : await certificateShown(context, visit, format, shown, '/copies'),
      ...nightsShown(visit, format, nights.items, '/copies'),
      empty: nights.items.length === 0 && shown === null ? emptyOf(context, visit, places?.length ?? 0) : null,
      since: nights.lastCut === null || standing.good === null ? '' : words.since(whenWords(visit, format, nights.lastCut)),
    },
  );
}

/** The sentence on top, and the alarms below it. */
export function headOf(
  visit: SignedIn,
  format: Format,
  rule: StandingRule,
  input: AlarmInput,
): { sentence: string; tone: Tone; tag: string; under: string; alarms: Alarm[] } {
  const { standing } = input;
  const words = visit.text.night.copies;
  const { good } = standing;
  const restore = good === null ? null : summaryOf(good).restoreMs;
  const under =
    good === null
      ? []
      : [
          words.provenAt(`${whenWords(visit, format, good.at)} (${ageWords(visit, format, good.at)})`),
          ...(restore === null ? [] : [words.takes(durationWords(visit, format, restore))]),
        ];
  return {
    sentence: sentenceOf(visit, format, standing, rule.maxAgeHours),
    tone: standingTone(standing),
    tag: words.rail[standing.state],
    under: under.join(' · '),
    alarms: alarmsOf(visit, input),
  };
}

function emptyOf(context: PageContext, visit: SignedIn, places: number): { title: string; help: string; code: string; after: string } {
  const words = visit.text.night.copies;
  const set = places > 0;
  return {
    title: words.emptyTitle,
    help: set ? words.emptySet : words.emptyHelp,
    code: set ? (context.settings.backup?.at ?? '') : 'SARABAN_BACKUP_PLACES',
    after: words.emptyThen,
  };
}

/** One certificate with its figures, for the view `certificate`. @param base where its files are downloaded */
export async function certificateShown(
  context: PageContext,
  visit: SignedIn,
  format: Format,
  certificate: CertificateRow,
  base: string,
): Promise<object> {
  const words = visit.text.night.copies;
  const figures = summaryOf(certificate);
  const place = placeNames(visit, [certificate.place]).get(certificate.place) ?? '';
  const registers = registersShown(visit, format, await registersOf(context.store, certificate));
  const fact = (label: string, value: string | null) => (value === null ? [] : [{ label, value }]);
  const tone = certificate.outcome === 'proven' ? 'good' : certificate.outcome === 'partly' ? 'warn' : 'alarm';
  return {
    id: certificate.id,
    outcome: words.outcome[certificate.outcome],
    tone,
    facts: [
      ...fact(words.fact.when, `${format.date(certificate.at)} ${format.clock(certificate.at)}`),
      ...fact(words.fact.cut, `${format.date(cutOf(certificate))} ${format.clock(cutOf(certificate))}`),
      ...fact(words.fact.place, place),
      ...fact(words.fact.letters, figures.entries === null ? null : words.lettersOf(format.number(figures.entries))),
      ...fact(words.fact.files, figures.blobs === null ? null : words.filesOf(format.number(figures.blobs))),
      ...fact(words.fact.size, figures.bytes === null ? null : format.size(figures.bytes)),
      ...fact(words.fact.duration, figures.restoreMs === null ? null : durationWords(visit, format, figures.restoreMs)),
      // What was fetched back is of the whole appliance.
      ...fact(
        words.fact.fetched,
        figures.fetchedBlobs === null || !may(visit.officer, 'provider') ? null : words.filesOf(format.number(figures.fetchedBlobs)),
      ),
    ],
    sha256: certificate.jsonSha256,
    registers,
    equal: registers.length > 0 && registers.every(one => one.tone === 'good'),
    faults: figures.faults,
    notProven: figures.notProven.map(text => ownHalf(visit, text)),
    json: `${base}/certificates/${certificate.id}.json`,
    pdf: certificate.pdfSha256 === null ? '' : `${base}/certificates/${certificate.id}.pdf`,
  };
}

/** A sentence that backup/ wrote in both languages, Thai first: the reader's half of it. */
function ownHalf(visit: SignedIn, text: string): string {
  const parts = text.split(' · ');
  const english = parts.findIndex(part => !/[\u0e00-\u0e7f]/.test(part));
  if (english <= 0) return text;
  return (visit.language === 'th' ? parts.slice(0, english) : parts.slice(english)).join(' · ');
}

const ORDER = ['receive', 'receive-classified', 'send', 'send-classified', 'office'];

/** Registers of letters first, then the chains of acts; the newest year of each on top. The numbers of a classified register are for appointed persons alone. */
function registersShown(visit: SignedIn, format: Format, figures: RegisterFigure[]): { tone: Tone; [fact: string]: string }[] {
  const words = visit.text.night.copies;
  const acts = (series: string) => series.startsWith('act:');
  const name = (series: string) => series.replace(/^act:/, '');
  return figures
    .filter(one => ORDER.includes(name(one.series)) && (visit.officer.appointed || !name(one.series).endsWith('-classified')))
    .sort(
      (a, b) =>
        (a.agency < b.agency ? -1 : a.agency > b.agency ? 1 : 0) ||
        Number(acts(a.series)) - Number(acts(b.series)) ||
        ORDER.indexOf(name(a.series)) - ORDER.indexOf(name(b.series)) ||
        b.year - a.year,
    )
    .map(one => ({
      tone: one.holds === false ? ('alarm' as const) : one.holds === null ? ('warn' as const) : ('good' as const),
      holds: one.holds === false ? words.differs : one.holds === null ? words.notCompared : words.equals,
      agency: may(visit.officer, 'provider') ? one.agency : '',
      register: `${acts(one.series) ? `${words.acts}: ` : ''}${wordOf(words.registers, name(one.series))}`,
      year: one.year === 0 ? '' : format.digits(String(one.year)),
      count: format.number(one.rows),
      last: format.number(one.lastNumber),
      head: one.headHash.slice(0, 16),
      headWhole: one.headHash,
    }));
}

/** The nights as rows and as bars, for the views `nights` and `trend`. */
export function nightsShown(visit: SignedIn, format: Format, nights: NightRow[], base: string): { nights: object[]; trend: object | null } {
  const words = visit.text.night.copies;
  const names = placeNames(
    visit,
    nights.flatMap(night => night.places.map(place => place.place)),
  );
  const rows = nights.map(night => {
    const certificate = certificateOf(night);
    const figures = certificate === undefined ? null : summaryOf(certificate);
    const at = night.cutAt ?? night.beganAt;
    // The provider's figures are those of the whole appliance; an agency's stand on its own certificate.
    const whole = night.state === 'made' ? night.whole : null;
    const letters = figures?.entries ?? whole?.entries ?? null;
    const bytes = figures?.bytes ?? whole?.bytes ?? null;
    const restoreMs = figures?.restoreMs ?? night.places.find(place => place.restoreMs !== null)?.restoreMs ?? null;
    return {
      id: night.id,
      letters: night.state === 'failed' ? null : letters,
      tone: nightTone(night),
      day: at === null ? '—' : format.date(at),
      time: at === null ? '' : format.time(at),
      state: words.copyState[night.state],
      stateShown: night.state !== 'made' || night.places.length === 0,
      places: night.places.map(place => ({
        place: names.get(place.place) ?? '',
        state: words.placeState[place.state],
        tone: placeTone(place.state),
        problem: place.problem,
      })),
      lettersText: letters === null ? '—' : format.number(letters),
      size: bytes === null ? '—' : format.size(bytes),
      travelled: whole === null ? '' : format.size(whole.newBytes),
      duration: restoreMs === null ? '—' : durationWords(visit, format, restoreMs),
      problem: night.whole?.problem ?? '',
      json: certificate === undefined ? '' : `${base}/certificates/${certificate.id}.json`,
      pdf: certificate === undefined || certificate.pdfSha256 === null ? '' : `${base}/certificates/${certificate.id}.pdf`,
    };
  });
  const bars = trendOf(
    rows
      .filter(row => row.letters !== null || row.tone !== 'plain')
      .map(row => ({
        letters: row.letters,
        tone: row.tone,
        title: `${row.day} · ${row.lettersText} ${words.lettersWord}`,
      }))
      .toReversed(),
  );
  const label = rows.length === 0 ? '' : `${words.trend}: ${words.trendOf(rows.at(-1)?.day ?? '', rows[0]?.day ?? '')}`;
  return { nights: rows, trend: bars === null ? null : { ...bars, label, from: rows.at(-1)?.day ?? '', to: rows[0]?.day ?? '' } };
}

/** The one that speaks for the night: a failure before a success, or a bad place would hide behind a good one. */
export function certificateOf(night: NightRow): CertificateRow | undefined {
  return night.certificates.find(one => one.outcome === 'failed') ?? night.certificates[0];
}

/** A certificate as it was signed: 'certificates/<id>.json' or '.pdf'. */
export async function certificateFile(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const [, id = '', kind = ''] = /^([0-9a-f-]{36})\.(json|pdf)$/.exec(textField(request.params, 'file')) ?? [];
  const certificate = id === '' ? null : await getCertificate(context.db, visit.officer, id);
  const file = certificate === null ? null : certificateBytes(certificate, kind);
  if (file === null) sendNotFound(context, request, response);
  else await sendOwnFile(context.store, response, file);
}

/** What a download of a certificate is; null when there is no such form of it. */
export function certificateBytes(
  certificate: CertificateRow,
  kind: string,
): { sha256: string; size: number; name: string; contentType: string } | null {
  const name = `saraban-certificate-${certificate.copyId}-${certificate.id.slice(0, 8)}.${kind}`;
  if (kind === 'json') return { sha256: certificate.jsonSha256, size: certificate.jsonSize, name, contentType: 'application/json' };
  if (certificate.pdfSha256 === null || certificate.pdfSize === null) return null;
  return { sha256: certificate.pdfSha256, size: certificate.pdfSize, name, contentType: 'application/pdf' };
}
