import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings, type Settings } from './settings.ts';

const BASE = '/srv/saraban';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saraban-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function settingsOf(env: Record<string, string>, file: string | null = null): Settings {
  const loaded = loadSettings(env, file, BASE);
  if (loaded.outcome === 'faults') throw new Error(loaded.faults.join('\n'));
  return loaded.settings;
}

function faultsOf(env: Record<string, string>, file: string | null = null): string[] {
  const loaded = loadSettings(env, file, BASE);
  return loaded.outcome === 'faults' ? loaded.faults : [];
}

function fileWith(text: string): string {
  const path = join(folder, `secret-${Math.random()}`);
  writeFileSync(path, text);
  return path;
}

test('without a word, it is the appliance of the design', () => {
  expect(settingsOf({ PATH: '/bin', npm_config_x: 'y' })).toEqual({
    data: '/srv/saraban/data',
    host: '127.0.0.1',
    smtpPort: 2525,
    lmtpPort: null,
    webPort: 8080,
    webUrl: 'http://127.0.0.1:8080',
    webUrlGiven: false,
    databaseUrl: null,
    relay: { kind: 'capture' },
    agencyName: 'หน่วยงานตัวอย่าง',
    address: 'saraban@agency.example',
    adminPassword: null,
    timeZone: 'Asia/Bangkok',
    maxLetter: 52_428_800,
    dns: [],
    diskFloor: 1_073_741_824,
    bareLf: 'accept',
    tlsKey: null,
    tlsCert: null,
    ownNetworks: [],
    front: [],
    clamd: null,
    backup: {
      places: [],
      at: '02:00',
      recipients: [],
      identity: null,
      everyMinutes: 5,
      bandwidth: null,
      rcloneConfig: null,
      keep: { withinDays: 14, daily: 30, weekly: 12, monthly: 24, yearly: 10 },
      proofBytes: 1_073_741_824,
      proofLetters: 10,
      ping: null,
      maxAgeHours: 26,
    },
    imapEveryMinutes: 5,
    timestampUrl: null,
    logLevel: 'info',
    clockStart: null,
  });
});

test('the environment wins over the file, an empty value over nothing', () => {
  const file = '# a comment\n\nSARABAN_SMTP_PORT=25\nSARABAN_AGENCY = "กรม ทดสอบ"\r\nSARABAN_HOST=0.0.0.0\n';
  const settings = settingsOf({ SARABAN_SMTP_PORT: '0', SARABAN_HOST: ' ' }, file);
  expect(settings).toMatchObject({ smtpPort: 0, agencyName: 'กรม ทดสอบ', host: '0.0.0.0', webUrl: 'http://localhost:8080' });
});

test('what a user may write in each setting is read', () => {
  const settings = settingsOf({
    SARABAN_DATA: '/var/lib/saraban',
    SARABAN_HOST: '::1',
    SARABAN_LMTP_PORT: '24',
    SARABAN_RELAY: 'smtps://user:p%40ss@mail.agency.go.th:465',
    SARABAN_ADDRESS: 'สารบรรณ@AGENCY.go.th',
    SARABAN_TIMEZONE: 'Asia/Tehran',
    SARABAN_MAX_LETTER: '1.5 GB',
    SARABAN_DISK_FLOOR: '0',
    SARABAN_DNS: '192.0.2.53, 127.0.0.1:5353 [::1]:53 2001:db8::1',
    SARABAN_BARE_LF: 'refuse',
    SARABAN_OWN_NETWORKS: '10.0.0.0/8,192.0.2.1 2001:db8::/32',
    SARABAN_FRONT: '127.0.0.1, ::1',
    SARABAN_CLAMD: '[::1]:3310',
    SARABAN_DATABASE_URL: 'postgresql://u:p@h:5433/d',
    SARABAN_CLOCK: '2026-12-31T23:59:50+07:00',
    SARABAN_TEST: '1',
    SARABAN_CONF: '/dev/null',
  });
  expect(settings).toMatchObject({
    data: '/var/lib/saraban',
    webUrl: 'http://[::1]:8080',
    lmtpPort: 24,
    relay: { kind: 'smtp', url: 'smtps://user:p%40ss@mail.agency.go.th:465' },
    address: 'สารบรรณ@agency.go.th',
    timeZone: 'Asia/Tehran',
    maxLetter: 1_500_000_000,
    diskFloor: 0,
    dns: ['192.0.2.53', '127.0.0.1:5353', '[::1]:53', '2001:db8::1'],
    bareLf: 'refuse',
    ownNetworks: ['10.0.0.0/8', '192.0.2.1/32', '2001:db8::/32'],
    front: ['127.0.0.1/32', '::1/128'],
    clamd: { host: '::1', port: 3310 },
    databaseUrl: 'postgresql://u:p@h:5433/d',
    clockStart: new Date('2026-12-31T16:59:50Z'),
  });
});

test('the virus scanner is a machine and port, or a socket, or none', () => {
  expect(settingsOf({}).clamd).toBeNull();
  expect(settingsOf({ SARABAN_CLAMD: 'clamd.agency.go.th:3310' }).clamd).toEqual({ host: 'clamd.agency.go.th', port: 3310 });
  expect(settingsOf({ SARABAN_CLAMD: '/run/clamav/clamd.ctl' }).clamd).toEqual({ path: '/run/clamav/clamd.ctl' });
});

describe('the night', () => {
  const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

  test('what a user may write is read', () => {
    const settings = settingsOf({
      SARABAN_BACKUP_PLACES: '/mnt/nas/saraban/, offsite:saraban/night rclone:drive: /media/usb',
      SARABAN_BACKUP_AT: '3:30',
      SARABAN_BACKUP_RECIPIENT: `${RECIPIENT},${RECIPIENT}`,
      SARABAN_BACKUP_IDENTITY: 'keys/night.agekey',
      SARABAN_BACKUP_EVERY: '0',
      SARABAN_BACKUP_BANDWIDTH: '1.5M',
      SARABAN_BACKUP_RCLONE_CONF: '/etc/saraban/rclone.conf',
      SARABAN_BACKUP_KEEP: 'daily=7, within=3d',
      SARABAN_BACKUP_PROOF: 'all',
      SARABAN_BACKUP_LETTERS: '0',
      SARABAN_BACKUP_PING: 'https://hc-ping.com/0b7f/',
      SARABAN_BACKUP_MAX_AGE: '48',
      SARABAN_TIMESTAMP_URL: 'http://tsa.agency.go.th/tsr?profile=1',
    });
    expect(settings.timestampUrl).toBe('http://tsa.agency.go.th/tsr?profile=1');
    expect(settings.backup).toEqual({
      places: [
        { kind: 'folder', path: '/mnt/nas/saraban' },
        { kind: 'rclone', remote: 'offsite:saraban/night' },
        { kind: 'rclone', remote: 'drive:' },
        { kind: 'folder', path: '/media/usb' },
      ],
      at: '03:30',
      recipients: [RECIPIENT, RECIPIENT],
      identity: '/srv/saraban/keys/night.agekey',
      everyMinutes: 0,
      bandwidth: '1.5M',
      rcloneConfig: '/etc/saraban/rclone.conf',
      // What is not named is not kept on its account.
      keep: { withinDays: 3, daily: 7, weekly: 0, monthly: 0, yearly: 0 },
      proofBytes: null,
      proofLetters: 0,
      ping: 'https://hc-ping.com/0b7f',
      maxAgeHours: 48,
    });
  });

  test('a secret key in the wrong setting is refused and not repeated', () => {
    const secret = `AGE-SECRET-KEY-1${'Q'.repeat(58)}`;
    const faults = faultsOf({ SARABAN_BACKUP_RECIPIENT: secret, SARABAN_BACKUP_IDENTITY: secret });
    expect(faults).toEqual([
      expect.stringMatching(/^SARABAN_BACKUP_RECIPIENT: .*age1/),
      expect.stringMatching(/^SARABAN_BACKUP_IDENTITY: .*not the key itself/),
    ]);
    expect(faults.join()).not.toContain('QQQQ');
  });

  test('the recipient may come from a file', () => {
    expect(settingsOf({ SARABAN_BACKUP_RECIPIENT_FILE: fileWith(`${RECIPIENT}\n`) }).backup.recipients).toEqual([RECIPIENT]);
  });

  test('a monitor on this very machine may be asked without TLS', () => {
    expect(settingsOf({ SARABAN_BACKUP_PING: 'http://127.0.0.1:8000/ping/x' }).backup.ping).toBe('http://127.0.0.1:8000/ping/x');
  });
});

test('links can be put together by appending to the web address', () => {
  expect(settingsOf({ SARABAN_WEB_URL: 'https://saraban.agency.go.th/' })).toMatchObject({
    webUrl: 'https://saraban.agency.go.th',
    webUrlGiven: true,
  });
  expect(settingsOf({ SARABAN_WEB_URL: 'https://agency.go.th/saraban/' }).webUrl).toBe('https://agency.go.th/saraban');
});

describe('secrets in files', () => {
  test('are read without the line end an editor leaves', () => {
    const password = fileWith('correct horse battery\n');
    expect(settingsOf({ SARABAN_ADMIN_PASSWORD_FILE: password }).adminPassword).toBe('correct horse battery');
    expect(settingsOf({ SARABAN_RELAY_FILE: fileWith('direct') }).relay).toEqual({ kind: 'direct' });
  });

  test('said in the environment, either way replaces the other way in the file', () => {
    const password = fileWith('from the secret file');
    expect(settingsOf({ SARABAN_ADMIN_PASSWORD: 'from environment' }, `SARABAN_ADMIN_PASSWORD_FILE=${password}`).adminPassword).toBe(
      'from environment',
    );
    expect(settingsOf({ SARABAN_ADMIN_PASSWORD_FILE: password }, 'SARABAN_ADMIN_PASSWORD=from settings').adminPassword).toBe(
      'from the secret file',
    );
  });

  test('missing, empty, doubled or for something that is no secret are faults', () => {
    expect(faultsOf({ SARABAN_RELAY_FILE: '/nowhere/relay' })).toEqual([
      expect.stringMatching(/^SARABAN_RELAY_FILE: .*\/nowhere\/relay.*ENOENT/),
    ]);
    expect(faultsOf({ SARABAN_RELAY_FILE: fileWith(' \n') })).toEqual([expect.stringMatching(/^SARABAN_RELAY_FILE: .*is empty/)]);
    expect(faultsOf({ SARABAN_RELAY_FILE: fileWith('direct'), SARABAN_RELAY: 'direct' })).toEqual([
      expect.stringContaining('together with SARABAN_RELAY'),
    ]);
    expect(faultsOf({ SARABAN_HOST_FILE: fileWith('x') })).toEqual([expect.stringContaining('SARABAN_HOST_FILE')]);
  });

  test('are never repeated in a fault', () => {
    const faults = faultsOf({
      SARABAN_ADMIN_PASSWORD: 'hunter2',
      SARABAN_DATABASE_URL: 'mysql://root:hunter2@db',
      SARABAN_RELAY: 'http://hunter2',
    });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain('hunter2');
  });
});

describe('every wrong value is named, in Thai and English', () => {
  test.each([
    ['SARABAN_HOST', ['127.0.0.256', 'a b', '-x', 'http://x', '*']],
    ['SARABAN_SMTP_PORT', ['65536', '-1', 'smtp', '25.5', '1e3', '0x19']],
    ['SARABAN_LMTP_PORT', ['off', '70000']],
    ['SARABAN_WEB_PORT', ['http', '8080/tcp']],
    ['SARABAN_WEB_URL', ['saraban.agency.go.th', 'ftp://x', 'https://x/?a=1', 'https://x/#a']],
    ['SARABAN_DATABASE_URL', ['db.agency.go.th', 'mysql://db']],
    ['SARABAN_RELAY', ['yes', 'smtp://', 'http://relay', 'smtp://relay/path', 'Capture']],
    ['SARABAN_AGENCY', ['ก'.repeat(201)]],
    ['SARABAN_ADDRESS', ['saraban', 'a+b@c.go.th', 'a@b@c', 'a b@c', '<a@b>', 'a@-b', 'a@b..c', '@b']],
    ['SARABAN_ADMIN_PASSWORD', ['short']],
    ['SARABAN_TIMEZONE', ['Bangkok', 'GMT+25:00', 'Asia/Bankok']],
    ['SARABAN_MAX_LETTER', ['fifty', '50 parrots', '1KiB', '3GiB', '-1', '50MiB extra']],
    ['SARABAN_DNS', ['dns.google', '192.0.2.1:0', '192.0.2.1:99999', '[192.0.2.1]:53', '::1]:53']],
    ['SARABAN_DISK_FLOOR', ['10%', '1PiB']],
    ['SARABAN_BARE_LF', ['yes', 'Accept']],
    ['SARABAN_FRONT', ['mail.agency.go.th', '*', 'true', '127.0.0.1:24', '10.0.0.0/33']],
    ['SARABAN_OWN_NETWORKS', ['10.0.0.0/33', 'mail.agency.go.th', '10.0.0.0/', '10.0.0.0/8/8', '2001:db8::/129']],
    ['SARABAN_CLAMD', ['clamd', 'clamd:', ':3310', 'clamd:0', 'clamd:99999', '::1:3310', '[clamd]:3310', 'run/clamd.ctl']],
    ['SARABAN_LOG_LEVEL', ['verbose', '30']],
    ['SARABAN_BACKUP_PLACES', ['/', 'mnt/nas', 'nas', '/mnt/nas/,/mnt/nas', '-x:y', 's3://bucket/x', 'offsite:a rclone:offsite:a']],
    ['SARABAN_BACKUP_AT', ['24:00', '2', '02:60', '2am', '02:00:00', '-1:00']],
    ['SARABAN_BACKUP_EVERY', ['-5', '1441', 'off', '2.5']],
    ['SARABAN_BACKUP_BANDWIDTH', ['0', 'fast', '4MB/s', '4M:off', '-4M']],
    [
      'SARABAN_BACKUP_KEEP',
      ['forever', 'daily', 'daily=-1', 'daily=7d', 'daily=7 daily=8', 'within=14w', 'daily=0 within=0d', 'constructor=1'],
    ],
    ['SARABAN_BACKUP_PROOF', ['some', '10%', '-1']],
    ['SARABAN_BACKUP_LETTERS', ['ten', '-1', '10001']],
    ['SARABAN_BACKUP_PING', ['hc-ping.com/x', 'http://hc-ping.com/x', 'https://hc-ping.com/x?a=1', 'ftp://x']],
    ['SARABAN_BACKUP_MAX_AGE', ['0', '26h', '8761']],
    ['SARABAN_TIMESTAMP_URL', ['freetsa.org/tsr', 'ftp://tsa', 'http://', 'https://tsa/#x']],
  ])('%s', (name, wrong) => {
    for (const text of wrong)
      expect({ text, faults: faultsOf({ [name]: text }) }).toEqual({
        text,
        faults: [expect.stringMatching(new RegExp(`^${name}[=:].*[ก-๙].* · `))],
      });
  });

  test('SARABAN_CLOCK: no instant, and outside tests none at all', () => {
    for (const text of ['tomorrow', '2026-12-31', '2026-12-31T23:59:50', '2026-13-31T23:59:50Z']) {
      expect(faultsOf({ SARABAN_CLOCK: text, SARABAN_TEST: '1' })).toEqual([expect.stringMatching(/^SARABAN_CLOCK=/)]);
    }
    expect(faultsOf({ SARABAN_CLOCK: '2026-12-31T23:59:50Z' })).toEqual([expect.stringMatching(/^SARABAN_CLOCK: .*tests only/)]);
  });

  test('half a certificate, and one that is not there', () => {
    const there = fileWith('pem');
    expect(faultsOf({ SARABAN_TLS_KEY: there })).toEqual([expect.stringMatching(/^SARABAN_TLS_CERT: .*needed with SARABAN_TLS_KEY/)]);
    expect(faultsOf({ SARABAN_TLS_CERT: there })).toEqual([expect.stringMatching(/^SARABAN_TLS_KEY: .*needed with SARABAN_TLS_CERT/)]);
    expect(faultsOf({ SARABAN_TLS_CERT: there, SARABAN_TLS_KEY: 'gone.pem' })).toEqual([
      expect.stringMatching(/^SARABAN_TLS_KEY=gone.pem: .*does not exist/),
    ]);
    expect(settingsOf({ SARABAN_TLS_CERT: there, SARABAN_TLS_KEY: there })).toMatchObject({ tlsCert: there, tlsKey: there });
  });

  test('a name nobody knows, with the one that was meant', () => {
    expect(faultsOf({ SARABAN_SMPT_PORT: '25' })).toEqual([expect.stringContaining('did you mean SARABAN_SMTP_PORT?')]);
    expect(faultsOf({}, 'SARABAN_TIME_ZONE=Asia/Bangkok')).toEqual([expect.stringContaining('did you mean SARABAN_TIMEZONE?')]);
    expect(faultsOf({}, 'HOST=x')).toEqual([expect.stringMatching(/^HOST: .*is not a setting$/)]);
    expect(faultsOf({ SARABAN_COMPLETELY_ELSE: '1' })).toEqual([expect.stringMatching(/is not a setting$/)]);
  });

  test('lines of the file that are no settings, and a setting said twice', () => {
    const faults = faultsOf({}, 'SARABAN_HOST=::1\nnonsense\n=5\nSARABAN_HOST=127.0.0.1\n');
    expect(faults).toEqual([
      expect.stringContaining('line 2'),
      expect.stringContaining('line 3'),
      expect.stringMatching(/line 4: SARABAN_HOST is set on line 1/),
    ]);
  });

  test('all of it at once', () => {
    expect(
      faultsOf({ SARABAN_SMTP_PORT: 'x', SARABAN_NONE_SUCH_THING: '1', SARABAN_TLS_KEY: '/nowhere' }, 'nonsense\nSARABAN_WEB_PORT=y\n'),
    ).toHaveLength(6);
  });
});
