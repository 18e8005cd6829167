/** One night with steps that go well and badly: what it reports, whom it tells, and what it never does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../register/failure.ts';
import type { CopyOutcome, PlaceOutcome } from '../make/context.ts';
import type { Place } from '../place/place.ts';
import type { Certificate } from '../prove/certificate.ts';
import { clockOff, tooOld } from './health.ts';
import { type NightContext, type NightSteps, runNight } from './run-night.ts';

const place = (name: string) => ({ name, label: { th: name, en: name } }) as Place;
const failure = (code: string) =>
  new Failure({ code, temporary: true, message: code, userMessage: { th: `ไทย ${code}`, en: `English ${code}` } });

function made(places: PlaceOutcome[], change: Partial<Extract<CopyOutcome, { id: string }>> = {}): CopyOutcome {
  return {
    outcome: 'made',
    id: '20261122T190000Z-0000abcd',
    cutAt: new Date(),
    entries: 3,
    blobs: 3,
    bytes: 100,
    newBytes: 10,
    newBlobs: 1,
    newPieces: 1,
    places,
    damagedBlobs: [],
    clockOff: false,
    problem: '',
    ms: 5,
    ...change,
  };
}
const proof = (outcome: Certificate['outcome'], faults: Certificate['faults'] = []) =>
  ({ outcome, faults, timeToRestoreMs: 7 }) as unknown as Certificate;

let asked: { path: string; body: string }[] = [];
let answer = 200;
const monitor = createServer((request, response) => {
  let body = '';
  request.on('data', chunk => {
    body += chunk;
  });
  request.on('end', () => {
    asked.push({ path: request.url ?? '', body });
    response.writeHead(answer).end();
  });
});
let ping = '';
beforeAll(async () => {
  await new Promise<void>(resolve => monitor.listen(0, '127.0.0.1', resolve));
  ping = `http://127.0.0.1:${(monitor.address() as AddressInfo).port}/secret`;
});
afterAll(() => new Promise(resolve => monitor.close(resolve)));
beforeEach(() => {
  asked = [];
  answer = 200;
});

let done: string[] = [];
let warned: unknown[] = [];
function night(steps: Partial<NightSteps>, change: Partial<NightContext> = {}): NightContext {
  done = [];
  warned = [];
  const noted = (name: string, work: NightSteps[keyof NightSteps] | undefined, usual: unknown) => {
    if (work === null) return null;
    return (...args: never[]) => {
      done.push(name);
      return work === undefined ? Promise.resolve(usual) : (work as (...args: never[]) => unknown)(...args);
    };
  };
  return {
    places: [place('nas'), place('usb')],
    steps: {
      closeDays: noted('days', steps.closeDays, []),
      copy: noted(
        'copy',
        steps.copy,
        made([
          { place: 'nas', outcome: 'sent' },
          { place: 'usb', outcome: 'sent' },
        ]),
      ),
      prove: noted('prove', steps.prove, proof('proven')),
      prune: noted('prune', steps.prune, null),
    } as unknown as NightSteps,
    now: () => new Date(),
    ping,
    signal: new AbortController().signal,
    log: { info: () => {}, warn: facts => void warned.push(facts), error: () => {} },
    ...change,
  };
}
async function report(context: NightContext) {
  const outcome = await runNight(context);
  if (outcome.outcome !== 'done') throw new Error(outcome.outcome);
  return outcome.report;
}

describe('a night', () => {
  test('that goes well closes, copies, proves at each place, tidies, and tells the monitor so', async () => {
    const found = await report(night({}));
    expect(done).toEqual(['days', 'copy', 'prove', 'prove', 'prune']);
    expect(found).toMatchObject({
      problems: [],
      pruned: true,
      places: [
        { place: 'nas', outcome: 'proven' },
        { place: 'usb', outcome: 'proven' },
      ],
    });
    expect(asked.map(one => one.path)).toEqual(['/secret/start', '/secret']);
    expect(asked[1]?.body).toContain('nas: proven');
  });

  test('with the key elsewhere is no failure', async () => {
    const found = await report(night({ prove: async () => proof('partly') }));
    expect(found).toMatchObject({ problems: [], pruned: true, places: [{ outcome: 'partly' }, { outcome: 'partly' }] });
  });

  test('one place away: the other is proven, nothing is removed anywhere, and it is said', async () => {
    const found = await report(
      night({
        copy: async () =>
          made([
            { place: 'nas', outcome: 'failed', failure: failure('place-full') },
            { place: 'usb', outcome: 'sent' },
          ]),
      }),
    );
    expect(done).toEqual(['days', 'copy', 'prove']);
    expect(found.places).toMatchObject([{ outcome: 'not-sent' }, { outcome: 'proven' }]);
    expect(found.problems).toMatchObject([{ code: 'place-full', place: 'nas', text: { th: 'ไทย place-full' } }]);
    expect(asked.at(-1)).toMatchObject({ path: '/secret/fail', body: expect.stringContaining('place-full nas: English place-full') });
  });

  test.each([
    [
      'a proof that finds a fault',
      { prove: async () => proof('failed', [{ object: 'pack abc', problem: 'was altered' }]) },
      'not-proven',
      'pack abc: was altered',
    ],
    ['a proof that cannot be made', { prove: async () => Promise.reject(failure('disk-full')) }, 'not-proven', 'English disk-full'],
    ['a key that does not fit', { prove: async () => Promise.reject(failure('copy-key-wrong')) }, 'key', 'English copy-key-wrong'],
    ['no copy at all', { copy: async () => Promise.reject(failure('disk-full')) }, 'not-made', 'English disk-full'],
    [
      'a fault of the program',
      { copy: async () => Promise.reject(new TypeError('x is not a function')) },
      'not-made',
      'x is not a function',
    ],
    [
      'a stored file that is gone',
      { copy: async () => made([{ place: 'nas', outcome: 'sent' }], { damagedBlobs: ['ab'.repeat(32)] }) },
      'blobs',
      'abab',
    ],
    ['a day that could not be closed', { closeDays: async () => [{ th: 'ก', en: 'no day' }] }, 'days', 'no day'],
    ['retention that refuses', { prune: async () => ({ th: 'ก', en: 'clock' }) }, 'prune', 'clock'],
  ] as const)('%s is said', async (_, steps, code, words) => {
    const found = await report(night(steps as Partial<NightSteps>));
    expect(found.problems[0]).toMatchObject({ code, text: { en: expect.stringContaining(words) } });
    expect(found.problems[0]?.text.th).toMatch(/[ก-๙]/);
    if (code === 'not-proven' || code === 'not-made') expect(done).not.toContain('prune');
    expect(asked.at(-1)?.path).toBe('/secret/fail');
  });

  test('a night longer than a day is said, though its copies are good', async () => {
    const context = night({});
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(86_400_001);
    const found = await report(context).finally(() => clock.mockRestore());
    expect(found.problems).toMatchObject([{ code: 'too-slow' }]);
    expect(asked.at(-1)?.path).toBe('/secret/fail');
  });

  test('beside another copy that is being made does nothing', async () => {
    expect(await runNight(night({ copy: async () => Promise.reject(failure('copy-running')) }))).toEqual({ outcome: 'busy' });
  });

  test('told to stop in the middle ends there, without a verdict', async () => {
    const stop = new AbortController();
    const copy = async () => {
      stop.abort();
      throw failure('aborted');
    };
    expect(await runNight(night({ copy }, { signal: stop.signal }))).toEqual({ outcome: 'stopped' });
    expect(done).toEqual(['days', 'copy']);
    expect(asked.map(one => one.path)).toEqual(['/secret/start']);
  });
});

describe('the monitor', () => {
  test('that refuses or is away fails no night, and its address stays out of the log', async () => {
    answer = 500;
    expect((await report(night({}))).problems).toEqual([]);
    expect(warned).toHaveLength(2);
    expect((await report(night({}, { ping: 'http://127.0.0.1:1/secret' }))).problems).toEqual([]);
    expect(warned).toEqual([
      { ping: 'start', error: expect.any(String) },
      { ping: 'success', error: expect.any(String) },
    ]);
    expect(JSON.stringify(warned)).not.toContain('secret');
  });
});

describe('looks between nights', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

  test('the newest proven copy is too old, or none ever was', () => {
    expect(tooOld({ cutAt: null, firstAt: null }, now, 26)).toBeNull();
    expect(tooOld({ cutAt: hoursAgo(25.9), firstAt: hoursAgo(900) }, now, 26)).toBeNull();
    expect(tooOld({ cutAt: hoursAgo(26), firstAt: hoursAgo(900) }, now, 26)?.en).toContain('26 hours old');
    expect(tooOld({ cutAt: null, firstAt: hoursAgo(30) }, now, 26)?.en).toContain('none is proven');
  });

  test('the clock is off: from the database, from the newest entry, from the newest copy', () => {
    const times = { databaseNow: now, newestEntry: hoursAgo(1), newestCopy: hoursAgo(2) };
    expect(clockOff(times, now, true)).toBeNull();
    expect(clockOff({ ...times, databaseNow: hoursAgo(1) }, now, true)?.en).toContain('the database');
    expect(clockOff({ ...times, databaseNow: hoursAgo(1) }, now, false)).toBeNull();
    expect(clockOff({ ...times, newestEntry: hoursAgo(-1) }, now, true)?.en).toContain('the newest entry');
    expect(clockOff({ ...times, newestCopy: hoursAgo(-8760) }, now, true)?.th).toContain('สำเนาล่าสุด');
    expect(clockOff({ databaseNow: now, newestEntry: null, newestCopy: null }, now, true)).toBeNull();
  });
});
