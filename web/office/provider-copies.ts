/**
 * The provider's page of the copies: every agency at a glance, the copies of the whole appliance with their places, the one that is being made, and the press
 * that has one made. Counts, sizes and hashes; no letter.
 */
import { copyWaits, requestCopy } from '../../register/act/request-copy.ts';
import {
  type AgencyCopies,
  type CopyRow,
  copiesOfAgencies,
  copyStanding,
  listAlarms,
  listNights,
  runningCopy,
} from '../../register/look/nights.ts';
import { cutOf, summaryOf } from '../../register/look/standing.ts';
import type { CopyPlace } from '../context.ts';
import { copyPlacesOf } from '../copy-places.ts';
import type { Format } from '../format.ts';
import type { Request, Response, Router } from '../http.ts';
import { formatOf, goTo, inLanguage, sendPart } from '../page.ts';
import { certificateFile, certificateShown, headOf, nightsShown, standingRule } from '../pages/copies.ts';
import { ageWords, kindOfPlace, lettersOf, standingTone, trendOf, whenWords } from '../pages/copy-words.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type OfficeContext, sendOffice } from './page.ts';

const BASE = '/provider/copies';
const NIGHTS = 60;
/** A night that takes longer than this is worth a look; the first one of a large archive may. */
const SLOW_MS = 6 * 3_600_000;

export function providerCopiesRoutes(router: Router, context: OfficeContext): void {
  router.get(
    BASE,
    pageFor(context, 'provider', (request, response, visit) => showCopies(context, request, response, visit, '')),
  );
  router.get(
    `${BASE}/running`,
    pageFor(context, 'provider', (_request, response, visit) => showRunning(context, response, visit)),
  );
  router.get(
    `${BASE}/certificates/:file`,
    pageFor(context, 'provider', (request, response, visit) => certificateFile(context, request, response, visit)),
  );
  router.post(
    BASE,
    pageFor(context, 'make-copy', async (request, response, visit) => {
      const outcome = await requestCopy(context, visit.officer);
      if (outcome.outcome === 'already') {
        await showCopies(context, request, response, visit, visit.text.night.provider.already[outcome.state]);
        return;
      }
      context.log.info({ requestId: visit.requestId, by: visit.officer.id }, 'a copy was asked for');
      goTo(request, response, `${BASE}?done=copy-requested`);
    }),
  );
}

/** The part that the page fetches anew while a copy is under way. When it has ended the whole page is due. */
async function showRunning(context: OfficeContext, response: Response, visit: SignedIn): Promise<void> {
  const running = await runningShown(context, visit);
  if (running === null) response.setHeader('HX-Refresh', 'true');
  sendPart({ ...context, views: context.office }, response, 'office/copy-running', { running });
}

async function runningShown(context: OfficeContext, visit: SignedIn): Promise<object | null> {
  const words = visit.text.night.provider;
  const format = formatOf(visit);
  const copy = await runningCopy(context.db, visit.officer, visit.now);
  if (copy !== null) return progressShown(visit, format, copy);
  if (!(await copyWaits(context, visit.officer))) return null;
  return { title: words.waiting, step: '', help: words.waitingHelp, done: 0, total: 0, measured: false, figures: '' };
}

function progressShown(visit: SignedIn, format: Format, copy: CopyRow): object {
  const words = visit.text.night.provider;
  const done = Math.min(copy.doneBytes, copy.totalBytes);
  return {
    title: words.running,
    step: wordOf(words.step, copy.step),
    help: words.began(whenWords(visit, format, copy.beganAt)),
    done,
    total: copy.totalBytes,
    measured: copy.totalBytes > 0,
    figures: copy.totalBytes > 0 ? words.progress(format.size(done), format.size(copy.totalBytes)) : '',
  };
}

async function showCopies(context: OfficeContext, request: Request, response: Response, visit: SignedIn, problem: string): Promise<void> {
  const { text } = visit;
  const format = formatOf(visit);
  const places = await copyPlacesOf(context);
  const rule = await standingRule(context, visit);
  const [standing, nights, agencies, running, copy, alarms] = await Promise.all([
    copyStanding(context.db, visit.officer, rule),
    listNights(context.db, visit.officer, { wholeOnly: true, limit: NIGHTS }),
    copiesOfAgencies(context.db, visit.officer, rule),
    runningShown(context, visit),
    runningCopy(context.db, visit.officer, visit.now),
    listAlarms(context.db, visit.officer),
  ]);
  const slow = copy !== null && !alarms.some(alarm => alarm.code === 'too-slow') && visit.now.getTime() - copy.beganAt.getTime() > SLOW_MS;
  const head = headOf(visit, format, rule, { standing, places, night: nights.items[0], alarms });
  await sendOffice(
    context,
    request,
    response,
    visit,
    'provider-copies',
    { title: text.night.provider.title, current: 'copies', problem, status: problem === '' ? 200 : 409 },
    {
      ...head,
      alarms: [...head.alarms, ...(slow ? [{ ...text.night.copies.alarm.slow, tone: 'warn', urgent: false, detail: '' }] : [])],
      running,
      mayMake: running === null,
      action: BASE,
      places: (places ?? []).map(place => placeShown(visit, place)),
      agencies: agencies.map(agency => agencyShown(visit, format, agency)),
      last: standing.newest === null ? null : await certificateShown(context, visit, format, standing.newest, BASE),
      ...nightsShown(visit, format, nights.items, BASE),
      since: nights.lastCut === null || standing.good === null ? '' : text.night.copies.since(whenWords(visit, format, nights.lastCut)),
    },
  );
}

/** The provider set them, so their paths may be named; an address that carries its own secrets may not. */
function placeShown(visit: SignedIn, place: CopyPlace): object {
  const words = visit.text.night.copies;
  const kind = kindOfPlace(words, place.name);
  return {
    kind,
    name: kind === words.remotePlain || /[=@,]|:\/\//.test(place.name) ? '' : place.name,
    note: place.elsewhere ? '' : visit.text.night.provider.sameDisk,
  };
}

function agencyShown(visit: SignedIn, format: Format, agency: AgencyCopies): object {
  const words = visit.text.night.copies;
  const { standing } = agency;
  const { good } = standing;
  const figures = good === null ? null : summaryOf(good);
  const bars = trendOf(
    agency.certificates
      .map(one => ({
        letters: summaryOf(one).entries,
        tone: one.outcome === 'proven' ? ('good' as const) : one.outcome === 'partly' ? ('warn' as const) : ('alarm' as const),
        title: `${format.date(one.at)} · ${lettersOf(format, one)} ${words.lettersWord}`,
      }))
      .toReversed(),
  );
  return {
    name: inLanguage(visit, agency.nameTh, agency.nameEn),
    code: agency.code,
    state: words.rail[standing.state],
    tone: standingTone(standing),
    at: good === null ? '—' : whenWords(visit, format, good.at),
    age: good === null ? '' : ageWords(visit, format, cutOf(good)),
    letters: lettersOf(format, good),
    size: figures === null || figures.bytes === null ? '—' : format.size(figures.bytes),
    trend: bars === null ? null : { ...bars, label: `${visit.text.night.provider.trend}: ${words.trend}`, from: '', to: '' },
  };
}
