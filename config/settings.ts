/**
 * The settings of the appliance: their names, what they may be, what they are when nobody says.
 * The environment wins over `config/saraban.conf`; a value of nothing counts as not set. Whatever is wrong is said at once, all of it,
 * before anything starts: an appliance that runs with half its settings misread is found out when the letters are already in.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { BACKUP_SETTINGS, count, toBackupSettings } from './backup-schema.ts';
import type { BackupSettings } from './backup-settings.ts';
import { readConfFile } from './conf-file.ts';
import { nearest } from './nearest.ts';
import {
  type Relay,
  readAddress,
  readClamd,
  readDatabaseUrl,
  readHost,
  readInstant,
  readNetworks,
  readPort,
  readRelay,
  readResolvers,
  readServiceUrl,
  readTimeZone,
  readWebUrl,
} from './setting-values.ts';
import { oneOf, size, understood } from './setting-words.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

export type Settings = {
  /** Absolute path of the data folder. */
  data: string;
  /** Address or name to listen on, for mail and web alike. */
  host: string;
  /** 0: any free port. */
  smtpPort: number;
  lmtpPort: number | null;
  webPort: number;
  /** How people outside reach the web register; no slash at the end. */
  webUrl: string;
  /** Whether `webUrl` was said; otherwise it was put together from host and port. */
  webUrlGiven: boolean;
  /** `null`: the embedded PostgreSQL. */
  databaseUrl: string | null;
  relay: Relay;
  agencyName: string;
  address: string;
  adminPassword: string | null;
  timeZone: string;
  /** Bytes. */
  maxLetter: number;
  /** Empty: the system's resolvers. */
  dns: string[];
  /** Bytes free on the disk of the data folder below which new mail is asked to wait (452). */
  diskFloor: number;
  bareLf: 'accept' | 'refuse';
  tlsKey: string | null;
  tlsCert: string | null;
  ownNetworks: string[];
  /** The mail servers in front, in CIDR form; what they say of their clients is believed. */
  front: string[];
  /** The virus scanner; `null`: none. */
  clamd: { host: string; port: number } | { path: string } | null;
  /** Minutes at most between two looks into a mailbox elsewhere; mail that its server tells of at once is fetched at once. */
  imapEveryMinutes: number;
  /** The night: copies in other places, and their proof. */
  backup: BackupSettings;
  /** An RFC 3161 authority that puts its time on closed days; `null`: none. */
  timestampUrl: string | null;
  logLevel: LogLevel;
  /** For tests: the instant the clock starts from. */
  clockStart: Date | null;
};

export type LoadedSettings = { outcome: 'ok'; settings: Settings } | { outcome: 'faults'; faults: string[] };

const port = understood(readPort, 'ต้องเป็นหมายเลขพอร์ต 0 ถึง 65535', 'must be a port number, 0 to 65535');
const path = z.string();

const schema = z.object({
  SARABAN_DATA: path.default('./data'),
  SARABAN_HOST: understood(readHost, 'ต้องเป็นหมายเลขไอพีหรือชื่อเครื่อง', 'must be an IP address or a host name').default('127.0.0.1'),
  SARABAN_SMTP_PORT: port.default(2525),
  SARABAN_LMTP_PORT: port.optional(),
  SARABAN_WEB_PORT: port.default(8080),
  SARABAN_WEB_URL: understood(
    readWebUrl,
    'ต้องเป็นที่อยู่เว็บ เช่น https://saraban.agency.go.th',
    'must be a web address such as https://saraban.agency.go.th',
  ).optional(),
  SARABAN_DATABASE_URL: understood(
    readDatabaseUrl,
    'ต้องเป็น postgres://ผู้ใช้:รหัสผ่าน@เครื่อง/ฐานข้อมูล',
    'must be postgres://user:password@host/database',
  ).optional(),
  SARABAN_RELAY: understood(
    readRelay,
    'ต้องเป็น capture, direct หรือ smtp://เครื่อง:พอร์ต',
    'must be capture, direct, or smtp://host:port',
  ).default({ kind: 'capture' }),
  SARABAN_AGENCY: z.string().max(200, 'ยาวเกิน 200 ตัวอักษร · is longer than 200 characters').default('หน่วยงานตัวอย่าง'),
  SARABAN_ADDRESS: understood(
    readAddress,
    'ต้องเป็นที่อยู่อีเมลที่ไม่มี + เช่น saraban@agency.go.th',
    'must be a mail address without +, such as saraban@agency.go.th',
  ).default('saraban@agency.example'),
  SARABAN_ADMIN_PASSWORD: z.string().min(10, 'ต้องยาวอย่างน้อย 10 ตัวอักษร · must have at least 10 characters').optional(),
  SARABAN_TIMEZONE: understood(
    readTimeZone,
    'ไม่รู้จักเขตเวลานี้ ตัวอย่างเช่น Asia/Bangkok',
    'is not a known time zone such as Asia/Bangkok',
  ).default('Asia/Bangkok'),
  SARABAN_MAX_LETTER: size('64KiB', '2GiB').default(50 * 1024 ** 2),
  SARABAN_DNS: understood(
    readResolvers,
    'ต้องเป็นหมายเลขไอพีคั่นด้วยจุลภาค',
    'must be IP addresses (with :port if need be), separated by commas',
  ).default([]),
  SARABAN_DISK_FLOOR: size('0', '100TiB').default(1024 ** 3),
  SARABAN_BARE_LF: oneOf('accept', 'refuse').default('accept'),
  SARABAN_TLS_KEY: path.optional(),
  SARABAN_TLS_CERT: path.optional(),
  SARABAN_OWN_NETWORKS: understood(
    readNetworks,
    'ต้องเป็นเครือข่าย เช่น 10.0.0.0/8 คั่นด้วยจุลภาค',
    'must be networks such as 10.0.0.0/8, separated by commas',
  ).default([]),
  SARABAN_FRONT: understood(
    readNetworks,
    'ต้องเป็นหมายเลขไอพีหรือเครือข่าย เช่น 127.0.0.1 คั่นด้วยจุลภาค',
    'must be addresses or networks such as 127.0.0.1, separated by commas',
  ).default([]),
  SARABAN_CLAMD: understood(
    readClamd,
    'ต้องเป็น เครื่อง:พอร์ต หรือที่อยู่ของซ็อกเก็ต เช่น /run/clamav/clamd.ctl',
    'must be host:port, or the path of a socket such as /run/clamav/clamd.ctl',
  ).optional(),
  SARABAN_IMAP_EVERY: count(1, 360, { th: 'นาที', en: 'minutes' }).default(5),
  ...BACKUP_SETTINGS,
  SARABAN_TIMESTAMP_URL: understood(
    readServiceUrl,
    'ต้องเป็นที่อยู่ http หรือ https ของผู้ประทับเวลา',
    'must be the http or https address of a timestamp authority',
  ).optional(),
  SARABAN_LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent').default('info'),
  SARABAN_CLOCK: understood(
    readInstant,
    'ต้องเป็นเวลาพร้อมเขตเวลา เช่น 2026-12-31T23:59:50+07:00',
    'must be an instant such as 2026-12-31T23:59:50+07:00',
  ).optional(),
});

const NAMES = Object.keys(schema.shape);
const SECRETS = ['SARABAN_ADMIN_PASSWORD', 'SARABAN_DATABASE_URL', 'SARABAN_RELAY', 'SARABAN_BACKUP_RECIPIENT', 'SARABAN_BACKUP_PING'];
/** Never repeated in a fault: the secrets, and where somebody may have put a secret key by mistake. */
const NOT_SHOWN = [...SECRETS, 'SARABAN_BACKUP_IDENTITY'];
/** Read by the command line and by the tests, not settings of the appliance. */
const BESIDE = ['SARABAN_CONF', 'SARABAN_TEST'];

/**
 * Puts the settings together.
 * @param fileText what stands in the settings file; `null` when there is none.
 * @param base the folder that relative paths start from.
 * @returns the settings, or every fault, each naming its setting (never a secret's value), Thai first.
 */
export function loadSettings(env: Record<string, string | undefined>, fileText: string | null, base: string): LoadedSettings {
  const { values, faults } = gather(env, fileText, base);
  const parsed = schema.safeParse(Object.fromEntries(values));
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    faults.push(NOT_SHOWN.includes(name) ? `${name}: ${issue.message}` : `${name}=${values.get(name) ?? ''}: ${issue.message}`);
  }
  faults.push(...faultsBetween(values, env, base));
  if (!parsed.success || faults.length > 0) return { outcome: 'faults', faults };
  return { outcome: 'ok', settings: toSettings(parsed.data, base) };
}

function gather(
  env: Record<string, string | undefined>,
  fileText: string | null,
  base: string,
): { values: Map<string, string>; faults: string[] } {
  const file = readConfFile(fileText ?? '');
  const faults = [...file.faults];
  const given = new Map<string, string>();
  for (const [name, { text }] of file.values) given.set(name, text);
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('SARABAN_') || text === undefined || text.trim() === '') continue;
    given.set(name, text);
    // Said in the environment, in either way, it replaces what the file says in the other.
    const other = name.endsWith('_FILE') ? name.slice(0, -5) : `${name}_FILE`;
    if (env[other] === undefined) given.delete(other);
  }
  const values = new Map<string, string>();
  for (const [name, text] of given) {
    if (text.trim() === '' || BESIDE.includes(name)) continue;
    const secret = name.endsWith('_FILE') ? name.slice(0, -5) : '';
    if (NAMES.includes(name)) values.set(name, text.trim());
    else if (!SECRETS.includes(secret)) faults.push(unknown(name));
    else if ((given.get(secret) ?? '').trim() !== '')
      faults.push(`${name}: กำหนดพร้อมกับ ${secret} ไม่ได้ · cannot be set together with ${secret}`);
    else readSecret(name, secret, resolve(base, text.trim()), values, faults);
  }
  return { values, faults };
}

function readSecret(name: string, secret: string, file: string, values: Map<string, string>, faults: string[]): void {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') faults.push(`${name}: ไฟล์ ${file} ว่างเปล่า · the file ${file} is empty`);
    else values.set(secret, text);
  } catch (error) {
    faults.push(`${name}: อ่านไฟล์ ${file} ไม่ได้ · the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function unknown(name: string): string {
  const meant = nearest(name, [...NAMES, ...SECRETS.map(secret => `${secret}_FILE`)]);
  return meant
    ? `${name}: ไม่รู้จักค่านี้ หมายถึง ${meant} หรือไม่ · is not a setting: did you mean ${meant}?`
    : `${name}: ไม่รู้จักค่านี้ · is not a setting`;
}

// What is wrong only together with another setting, or with the disk.
function faultsBetween(values: Map<string, string>, env: Record<string, string | undefined>, base: string): string[] {
  const faults: string[] = [];
  const key = values.get('SARABAN_TLS_KEY');
  const cert = values.get('SARABAN_TLS_CERT');
  if (key !== undefined && cert === undefined)
    faults.push('SARABAN_TLS_CERT: ต้องกำหนดคู่กับ SARABAN_TLS_KEY · is needed with SARABAN_TLS_KEY');
  if (cert !== undefined && key === undefined)
    faults.push('SARABAN_TLS_KEY: ต้องกำหนดคู่กับ SARABAN_TLS_CERT · is needed with SARABAN_TLS_CERT');
  for (const name of ['SARABAN_TLS_KEY', 'SARABAN_TLS_CERT']) {
    const file = values.get(name);
    if (file !== undefined && !existsSync(resolve(base, file))) faults.push(`${name}=${file}: ไม่พบไฟล์นี้ · this file does not exist`);
  }
  if (values.has('SARABAN_CLOCK') && env.SARABAN_TEST !== '1') {
    faults.push('SARABAN_CLOCK: ใช้ได้เฉพาะในการทดสอบ · is for tests only: a register with a false clock proves nothing');
  }
  return faults;
}

function toSettings(values: z.output<typeof schema>, base: string): Settings {
  const everywhere = ['0.0.0.0', '::'].includes(values.SARABAN_HOST);
  const shown = everywhere ? 'localhost' : values.SARABAN_HOST.includes(':') ? `[${values.SARABAN_HOST}]` : values.SARABAN_HOST;
  const file = (name: string | undefined) => (name === undefined ? null : resolve(base, name));
  return {
    data: resolve(base, values.SARABAN_DATA),
    host: values.SARABAN_HOST,
    smtpPort: values.SARABAN_SMTP_PORT,
    lmtpPort: values.SARABAN_LMTP_PORT ?? null,
    webPort: values.SARABAN_WEB_PORT,
    webUrl: values.SARABAN_WEB_URL ?? `http://${shown}:${values.SARABAN_WEB_PORT}`,
    webUrlGiven: values.SARABAN_WEB_URL !== undefined,
    databaseUrl: values.SARABAN_DATABASE_URL ?? null,
    relay: values.SARABAN_RELAY,
    agencyName: values.SARABAN_AGENCY,
    address: values.SARABAN_ADDRESS,
    adminPassword: values.SARABAN_ADMIN_PASSWORD ?? null,
    timeZone: values.SARABAN_TIMEZONE,
    maxLetter: values.SARABAN_MAX_LETTER,
    dns: values.SARABAN_DNS,
    diskFloor: values.SARABAN_DISK_FLOOR,
    bareLf: values.SARABAN_BARE_LF,
    tlsKey: file(values.SARABAN_TLS_KEY),
    tlsCert: file(values.SARABAN_TLS_CERT),
    ownNetworks: values.SARABAN_OWN_NETWORKS,
    front: values.SARABAN_FRONT,
    clamd: values.SARABAN_CLAMD ?? null,
    imapEveryMinutes: values.SARABAN_IMAP_EVERY,
    backup: toBackupSettings(values, base),
    timestampUrl: values.SARABAN_TIMESTAMP_URL ?? null,
    logLevel: values.SARABAN_LOG_LEVEL,
    clockStart: values.SARABAN_CLOCK ?? null,
  };
}
