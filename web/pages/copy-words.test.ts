import { describe, expect, it } from 'vitest';
import type { CertificateRow, NightRow } from '../../register/look/nights.ts';
import { cutOf, type StandingInput, standingOf, summaryOf } from '../../register/look/standing.ts';
import { textIn } from '../text/text.ts';
import { figuresOf } from './certificate-detail.ts';
import { kindOfPlace, nightTone, numbered, trendOf } from './copy-words.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

function certificate(hours: number, outcome: CertificateRow['outcome'], place = 'a', night = hours): CertificateRow {
  return {
    id: `${hours}${place}`,
    copyId: `2026${String(10_000 - night).padStart(6, '0')}`,
    place,
    at: hoursAgo(hours),
    outcome,
    summary: { copyCutAt: hoursAgo(hours).toISOString() },
    jsonSha256: '',
    jsonSize: 0,
    pdfSha256: null,
    pdfSize: null,
  };
}

const standing = (certificates: CertificateRow[], more: Partial<StandingInput> = {}) =>
  standingOf({ certificates, newest: null, now: NOW, maxAgeHours: 26, places: 1, ...more });

describe('how the copies stand', () => {
  it.each<[string, CertificateRow[], Partial<StandingInput>, string]>([
    ['nothing set', [], { places: 0 }, 'no-place'],
    ['nothing set any more, though one was proven', [certificate(8, 'proven')], { places: 0 }, 'no-place'],
    ['nobody told of places, and nothing was ever made', [], { places: null }, 'no-place'],
    ['set, and nothing proven', [], {}, 'none'],
    ['proven last night', [certificate(8, 'proven')], {}, 'proven'],
    ['proven 26 hours ago', [certificate(26, 'proven')], {}, 'proven'],
    ['proven 27 hours ago', [certificate(27, 'proven')], {}, 'old'],
    ['proven in part', [certificate(8, 'partly')], {}, 'partly'],
    ['proven at one place, in part at the other', [certificate(7, 'partly', 'b', 8), certificate(8, 'proven')], {}, 'proven'],
    ['failed', [certificate(8, 'failed'), certificate(32, 'proven')], {}, 'failed'],
    ['failed at one of two places', [certificate(7, 'proven', 'b', 8), certificate(8, 'failed')], {}, 'failed'],
    ['failed, then proven at the same place', [certificate(7, 'proven', 'a', 8), certificate(8, 'failed')], {}, 'proven'],
    ['never proven', [certificate(8, 'failed')], {}, 'failed'],
    ['last night could not be made', [certificate(24, 'proven')], { newest: { id: '20269999', state: 'failed' } }, 'failed'],
    ['a night before the last could not be made', [certificate(8, 'proven')], { newest: { id: '2025', state: 'failed' } }, 'proven'],
  ])('%s', (_, certificates, more, state) => {
    expect(standing(certificates, more).state).toBe(state);
  });

  it('a summary that says nothing of use is unknown, not zero', () => {
    const summary = { entries: '8412', bytes: -1, restoreMs: null, faults: 'x', notProven: [1, 'b'] };
    expect(summaryOf({ summary })).toEqual({
      entries: null,
      blobs: null,
      bytes: null,
      restoreMs: null,
      fetchedBlobs: null,
      faults: [],
      notProven: ['b'],
    });
  });

  it('the cut is read from the summary, else from the copy’s id, else from the proof', () => {
    const at = new Date(0);
    expect(cutOf({ summary: { copyCutAt: '2026-11-21T19:02:00.000Z' }, copyId: '', at }).toISOString()).toBe('2026-11-21T19:02:00.000Z');
    expect(cutOf({ summary: { copyCutAt: 'soon' }, copyId: '20261121T190211Z-0000000a', at }).toISOString()).toBe(
      '2026-11-21T19:02:11.000Z',
    );
    expect(cutOf({ summary: {}, copyId: '20269921T190211Z-0000000a', at })).toBe(at);
  });
});

describe('places', () => {
  const th = textIn('th').night.copies;
  it.each([
    ['/mnt/nas/saraban', 'โฟลเดอร์ภายนอก'],
    ['offsite:saraban/copies', 'rclone offsite'],
    [':s3,secret_access_key=hush:bucket', 'ปลายทาง rclone'],
    ['https://user:password@dav.example/', 'rclone https'],
    ['evil,pass=hush:x', 'ปลายทาง rclone'],
  ])('%s is called %s', (name, words) => {
    expect(kindOfPlace(th, name)).toBe(words);
    expect(kindOfPlace(th, name)).not.toMatch(/hush|password|mnt/);
  });

  it('are numbered when there are two of a kind', () => {
    expect([...numbered(th, ['/b', 'x:y', '/a', '/b']).values()]).toEqual(['โฟลเดอร์ภายนอก 1', 'rclone x', 'โฟลเดอร์ภายนอก 2']);
  });
});

describe('nights', () => {
  const night = (state: NightRow['state'], ...places: NightRow['places'][number]['state'][]): NightRow => ({
    id: '',
    kind: 'whole',
    state,
    cutAt: null,
    beganAt: null,
    finishedAt: null,
    whole: null,
    places: places.map(one => ({ place: one, state: one, sentAt: null, provenAt: null, restoreMs: null, problem: '' })),
    certificates: [],
  });

  it.each<[NightRow, string]>([
    [night('failed'), 'alarm'],
    [night('running'), 'plain'],
    [night('made', 'proven', 'removed'), 'good'],
    [night('made', 'proven', 'failed'), 'warn'],
    [night('made', 'damaged', 'sent'), 'alarm'],
    [night('made', 'partly-proven'), 'warn'],
  ])('the colour of %j is %s', (one, tone) => {
    expect(nightTone(one)).toBe(tone);
  });

  it('bars stand side by side within the picture, the fewest letters still to be seen', () => {
    const bars = trendOf([1, 1_000, null].map(letters => ({ letters, tone: 'good' as const, title: '' })));
    expect(bars).toMatchObject({
      width: 22,
      bars: [
        { x: 0, y: 36, height: 4 },
        { x: 8, y: 0, height: 40 },
        { x: 16, y: 32, height: 8 },
      ],
    });
    expect(trendOf([])).toBeNull();
    expect(trendOf([0, 0].map(letters => ({ letters, tone: 'plain' as const, title: '' })))?.bars.map(bar => bar.height)).toEqual([4, 4]);
  });

  it.each([null, 7, [], {}, { registers: 'x' }, { registers: [null, 7, { series: 'receive' }, { series: 1, year: 2, lastNumber: 3 }] }])(
    'a certificate that says %j of its registers shows none',
    value => {
      expect(figuresOf(value)).toEqual([]);
    },
  );
});
