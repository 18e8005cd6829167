import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, openApiWorld } from './test-api.ts';
import { addCertificate, addCopy, addDays, copyIdOf, forgetDays } from './test-night.ts';

let api: ApiWorld;
let administrator: string;
const DAY = 86_400_000;
const FOLDER = '/mnt/nas/saraban';
const SECRET = ':s3,access_key_id=AKIA,secret_access_key=hush:bucket';
const at = (nights: number) => new Date(Date.parse('2026-11-21T19:14:00Z') - nights * DAY);
const ids: { red: string; blue: string; all: string } = { red: '', blue: '', all: '' };

beforeAll(async () => {
  api = await openApiWorld();
  administrator = await api.token(api.red, 'administrator');
});
afterAll(async () => {
  await forgetDays(api.fresh);
  await api.close();
});

describe('before the first night', () => {
  it.each(['/backups', '/days'])('%s is an empty list', async path => {
    expect(await api.ask(path)).toMatchObject({ status: 200, body: { items: [], next: null } });
  });
});

describe('the copies', () => {
  beforeAll(async () => {
    for (const nights of [2, 1, 0]) {
      const copyId = copyIdOf(at(nights));
      await addCopy(api.fresh, {
        id: copyId,
        beganAt: at(nights),
        entries: 99_000,
        bytes: 123_456_789,
        newBytes: 654_321,
        places: [
          { place: FOLDER, state: nights === 0 ? 'damaged' : 'proven', problem: nights === 0 ? 'blob 9f2c of blue is short' : '' },
          { place: SECRET, state: 'failed', problem: 'quota of blue' },
        ],
      });
      const outcome = nights === 0 ? ('failed' as const) : ('proven' as const);
      const of = (entries: number, faults: string[]) => ({
        copyId,
        place: FOLDER,
        at: at(nights),
        outcome,
        summary: { entries, bytes: entries * 10, restoreMs: 84_000, faults },
      });
      ids.red = await addCertificate(api.fresh, api.red.id, of(4, nights === 0 ? ['red 17/2569 differs'] : []));
      ids.blue = await addCertificate(api.fresh, api.blue.id, of(98_996, ['blue 9/2569 differs']));
      ids.all = await addCertificate(api.fresh, 0, of(99_000, []));
    }
    await addCopy(api.fresh, { id: copyIdOf(at(-0.1)), beganAt: at(-0.1), kind: 'changes', newBytes: 77 });
  });

  it('newest first, page by page, each as the document says', async () => {
    const first = await api.ask('/backups?limit=3', { token: administrator });
    api.check('listBackups', first.body);
    expect(first.body.items.map((one: { kind: string }) => one.kind)).toEqual(['changes', 'whole', 'whole']);
    const rest = await api.ask(`/backups?limit=3&cursor=${first.body.next}`, { token: administrator });
    expect(rest.body.items.map((one: { id: string }) => one.id)).toEqual([copyIdOf(at(2))]);
    expect(rest.body.next).toBeNull();
    expect((await api.ask('/backups?cursor=x')).body.faults).toMatchObject([{ field: 'cursor' }]);
  });

  it('holds the agency’s own certificate and the plain state, and nothing of anybody else (I9)', async () => {
    for (const token of [administrator, api.tokens.auditor, api.tokens.red]) {
      const { body } = await api.ask('/backups', { token });
      expect(body.items[1]).toEqual({
        id: copyIdOf(at(0)),
        cutAt: at(0).toISOString(),
        kind: 'whole',
        state: 'made',
        places: [
          { place: 'folder', state: 'damaged', sentAt: at(0).toISOString(), provenAt: null, problem: 'red 17/2569 differs' },
          {
            place: 'rclone',
            state: 'failed',
            sentAt: at(0).toISOString(),
            provenAt: null,
            problem: 'the copy could not be sent here; the provider has the details',
          },
        ],
        bytes: 40,
        newBytes: null,
        certificate: {
          id: ids.red,
          outcome: 'failed',
          at: at(0).toISOString(),
          restoreMs: 84_000,
          entries: 4,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      });
      expect(JSON.stringify(body)).not.toMatch(/blue|98996|99000|123456789|654321|hush|AKIA|mnt/);
    }
  });

  it('hands out its own certificates alone', async () => {
    const json = await api.ask(`/backups/certificates/${ids.red}.json`, { token: administrator });
    expect(json).toMatchObject({ status: 200, body: { id: ids.red, agencyId: api.red.id } });
    const pdf = await api.ask(`/backups/certificates/${ids.red}.pdf`, { token: administrator });
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(pdf.headers.get('repr-digest')).toMatch(/^sha-256=:/);
    for (const id of [ids.blue, ids.all])
      for (const kind of ['json', 'pdf']) expect((await api.ask(`/backups/certificates/${id}.${kind}`)).status).toBe(404);
  });

  it('is closed to a unit’s token', async () => {
    for (const path of ['/backups', `/backups/certificates/${ids.red}.json`, '/days', '/days/2026-11-21'])
      expect((await api.ask(path, { token: api.tokens.unit })).status).toBe(403);
  });
});

describe('the closed days', () => {
  beforeAll(async () => {
    const day = (on: string, first: number, last: number) => ({
      day: on,
      closedAt: new Date(`${on}T17:00:00Z`),
      books: [
        { register: 'receive', year: 2569, first, last, firstAct: 1, lastAct: 2 },
        { register: 'receive-classified', year: 2569, first: 1, last: 1 },
      ],
      files: [
        { name: 'day.json', text: `{"day":"${on}"}` },
        { name: 'day-classified.json', text: `{"secret":"${on}"}`, classified: true },
      ],
    });
    await addDays(api.fresh, api.red.id, [day('2026-11-19', 1, 2), day('2026-11-20', 3, 3), day('2026-11-21', 4, 3)]);
  });

  it('newest first, page by page', async () => {
    const first = await api.ask('/days?limit=2');
    api.check('listDays', first.body);
    expect(first.body.items.map((one: { day: string }) => one.day)).toEqual(['2026-11-21', '2026-11-20']);
    const rest = await api.ask(`/days?limit=2&cursor=${first.body.next}`);
    expect(rest.body).toMatchObject({ items: [{ ordinal: 1, previousSealSha256: null }], next: null });
    expect(first.body.items[1].previousSealSha256).toBe(rest.body.items[0].sealSha256);
    expect((await api.ask('/days?cursor=WyJ4Il0')).body.faults).toMatchObject([{ field: 'cursor' }]);
  });

  it('one day without what is classified, and its files', async () => {
    const { body } = await api.ask('/days/2026-11-20');
    api.check('getDay', body);
    expect(body.books.map((one: { register: string }) => one.register)).toEqual(['receive']);
    expect(body.files.map((one: { name: string }) => one.name)).toEqual(['day.json', 'seal.json', 'seal.sig.json']);
    expect((await api.ask('/days/2026-11-20/files/day.json')).body).toEqual({ day: '2026-11-20' });
    expect((await api.ask('/days/2026-11-20/files/day-classified.json')).status).toBe(404);
    const acts = await api.fresh.owner`SELECT detail FROM act WHERE agency_id = ${api.red.id} AND kind = 'day-opened'`;
    expect(acts.map(act => act.detail)).toEqual([{ day: '2026-11-20', files: ['day.json'] }]);
  });

  it.each(['/days/2026-11-18', '/days/2569-11-20', '/days/x', '/days/2026-11-20/files/x', '/days/2026-11-20/files/..%2Fx'])(
    '%s does not exist',
    async path => {
      expect((await api.ask(path)).status).toBe(404);
    },
  );

  it('are the agency’s own (I9)', async () => {
    expect((await api.ask('/days', { token: api.tokens.blue })).body.items).toEqual([]);
    expect((await api.ask('/days/2026-11-20', { token: api.tokens.blue })).status).toBe(404);
    expect((await api.ask('/days/2026-11-20/files/day.json', { token: api.tokens.blue })).status).toBe(404);
  });
});
