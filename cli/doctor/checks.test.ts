import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { checkClock, checkData, checkNode, checkRelay, checkTls } from './checks.ts';
import { checkPorts } from './ports.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saraban-doctor-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function settingsWith(changes: Partial<Settings>): Settings {
  const loaded = loadSettings({}, null, folder);
  if (loaded.outcome === 'faults') throw new Error(loaded.faults.join());
  return { ...loaded.settings, ...changes };
}

test('Node: below 22.18 it can’t read TypeScript', () => {
  expect(['20.20.2', '22.17.9', '22.18.0', '24.0.0'].map(version => checkNode(version).state)).toEqual(['fault', 'fault', 'good', 'good']);
});

test('clock: a machine that thinks it is 1970 is told so', () => {
  expect(checkClock(new Date(0))).toMatchObject({ state: 'fault', remedy: { en: expect.stringContaining('NTP') } });
  expect(checkClock(new Date('2027-01-01T00:00:00Z')).state).toBe('good');
});

test('certificate: valid, soon to be renewed, run out, not valid yet, unreadable, none', async () => {
  const from = new Date('2027-01-01T00:00:00Z');
  const pems = await generate([{ name: 'commonName', value: 'saraban.test' }], {
    notBeforeDate: from,
    notAfterDate: new Date('2027-12-31T00:00:00Z'),
  });
  const tlsCert = join(folder, 'cert.pem');
  writeFileSync(tlsCert, pems.cert);
  const at = (iso: string) => checkTls(settingsWith({ tlsCert }), new Date(iso));
  expect(at('2027-06-01T00:00:00Z')).toMatchObject({ state: 'good', en: expect.stringContaining('213 more days') });
  expect(at('2027-12-20T00:00:00Z')).toMatchObject({ state: 'warning', remedy: { en: 'renew it' } });
  expect(at('2028-01-01T00:00:00Z')).toMatchObject({ state: 'fault', en: expect.stringContaining('ran out') });
  expect(checkTls(settingsWith({ tlsCert }), new Date(from.getTime() - DAY_MS))).toMatchObject({
    state: 'fault',
    en: expect.stringContaining('only from'),
  });
  writeFileSync(tlsCert, 'no certificate');
  expect(at('2027-06-01T00:00:00Z')).toMatchObject({ state: 'fault', en: expect.stringContaining('cannot be read') });
  expect(checkTls(settingsWith({ tlsCert: null }), from).state).toBe('warning');
});

test('data folder: a file in its place, a disk below the floor', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await checkData(settingsWith({ data: file }))).toEqual([
    expect.objectContaining({ state: 'fault', en: expect.stringContaining(file) }),
  ]);
  const low = await checkData(settingsWith({ diskFloor: Number.MAX_SAFE_INTEGER }));
  expect(low.map(check => check.state)).toEqual(['good', 'fault']);
  expect((await checkData(settingsWith({ diskFloor: 0 }))).map(check => check.state)).toEqual(['good', 'good']);
});

test('ports and relay: taken and free, answering and silent', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const relay = { kind: 'smtp' as const, url: `smtp://127.0.0.1:${port}` };
  expect((await checkRelay(settingsWith({ relay }))).state).toBe('good');
  const taken = await checkPorts(settingsWith({ smtpPort: port, webPort: 0 }));
  expect(taken.map(check => [check.name, check.state])).toEqual([
    ['SARABAN_SMTP_PORT', 'fault'],
    ['SARABAN_WEB_PORT', 'good'],
  ]);
  await new Promise(resolve => server.close(resolve));
  expect(await checkRelay(settingsWith({ relay }))).toMatchObject({ state: 'fault', en: expect.stringContaining('ECONNREFUSED') });
  expect((await checkRelay(settingsWith({ relay: { kind: 'capture' } }))).state).toBe('warning');
});
