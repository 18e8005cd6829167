/** The doctor's checks of the machine and the settings that need neither database nor port. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Settings } from '../../config/settings.ts';
import { Failure } from '../../register/failure.ts';
import { checkDataFolder, freeBytes } from '../appliance/data-folder.ts';
import type { Check } from './check.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RENEW_DAYS = 21;
const RELAY_TIMEOUT_MS = 5_000;
// No clock can rightly show a time before this program was written.
const OLDEST_NOW = Date.UTC(2026, 10, 1);

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > 22 || (major === 22 && minor >= 18);
  const facts = { name: 'Node.js', th: `รุ่น ${version}`, en: `version ${version}` };
  return good ? { ...facts, state: 'good' } : { ...facts, state: 'fault', remedy: { th: 'ติดตั้ง Node.js 24', en: 'install Node.js 24' } };
}

/** The data folder and the room on its disk. */
export async function checkData(settings: Settings): Promise<Check[]> {
  try {
    await checkDataFolder(settings.data);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ name: 'SARABAN_DATA', state: 'fault', ...error.userMessage }];
  }
  const free = await freeBytes(settings.data);
  const folder: Check = { name: 'SARABAN_DATA', state: 'good', th: `เขียน ${settings.data} ได้`, en: `${settings.data} can be written` };
  const room = { name: 'Disk', th: `ว่าง ${gibibytes(free)}`, en: `${gibibytes(free)} free` };
  const below = free < settings.diskFloor;
  const remedy = {
    th: `ต่ำกว่าเกณฑ์ ${gibibytes(settings.diskFloor)} จึงยังไม่รับจดหมายใหม่ โปรดเพิ่มพื้นที่ว่าง`,
    en: `below the floor of ${gibibytes(settings.diskFloor)}: new mail is asked to wait; free some space`,
  };
  return [folder, below ? { ...room, state: 'fault', remedy } : { ...room, state: 'good' }];
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

export async function checkRelay({ relay }: Settings): Promise<Check> {
  const name = 'SARABAN_RELAY';
  if (relay.kind === 'capture') {
    const remedy = { th: 'กำหนด SARABAN_RELAY เมื่อพร้อมส่งจริง', en: 'set SARABAN_RELAY when letters are to leave' };
    return { name, state: 'warning', th: 'จดหมายออกถูกเก็บไว้ในเครื่อง', en: 'outgoing mail is kept here, nothing leaves this machine', remedy };
  }
  if (relay.kind === 'direct') return { name, state: 'good', th: 'ส่งตรงถึงเครื่องของผู้รับ', en: 'straight to the recipients’ mail servers' };
  const url = new URL(relay.url);
  const port = Number(url.port) || (url.protocol === 'smtps:' ? 465 : 25);
  const trouble = await tryToReach(url.hostname.replace(/^\[|\]$/g, ''), port);
  const at = `${url.hostname}:${port}`;
  if (trouble === null) return { name, state: 'good', th: `ติดต่อ ${at} ได้`, en: `${at} answers` };
  const remedy = { th: 'ตรวจชื่อเครื่อง พอร์ต และไฟร์วอลล์', en: 'check its name, its port and the firewall between' };
  return { name, state: 'fault', th: `ติดต่อ ${at} ไม่ได้ (${trouble})`, en: `${at} cannot be reached (${trouble})`, remedy };
}

function tryToReach(host: string, port: number): Promise<string | null> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: RELAY_TIMEOUT_MS });
    const done = (trouble: string | null) => {
      socket.destroy();
      resolve(trouble);
    };
    socket.once('connect', () => done(null));
    socket.once('timeout', () => done('ETIMEDOUT'));
    socket.once('error', error => done((error as NodeJS.ErrnoException).code ?? error.message));
  });
}

/** A register lives by its times: a clock that is plainly wrong is a fault. */
export function checkClock(now: Date): Check {
  const shown = now.toISOString();
  if (now.getTime() >= OLDEST_NOW) return { name: 'Clock', state: 'good', th: `นาฬิกาแสดง ${shown}`, en: `shows ${shown}` };
  const remedy = { th: 'ตั้งเวลาเครื่องและเปิดใช้ NTP', en: 'set the machine’s clock and switch NTP on' };
  return { name: 'Clock', state: 'fault', th: `นาฬิกาแสดง ${shown} ซึ่งผิดแน่นอน`, en: `shows ${shown}, which cannot be`, remedy };
}

/** The certificate of STARTTLS: readable, fitting its key by date, not about to run out. */
export function checkTls({ tlsCert }: Settings, now: Date): Check {
  const name = 'TLS';
  if (tlsCert === null) {
    const remedy = { th: 'กำหนด SARABAN_TLS_CERT และ SARABAN_TLS_KEY', en: 'set SARABAN_TLS_CERT and SARABAN_TLS_KEY' };
    return { name, state: 'warning', th: 'ใช้ใบรับรองที่ออกเอง', en: 'a self-signed certificate is used', remedy };
  }
  const renew = { th: 'ต่ออายุใบรับรอง', en: 'renew it' };
  try {
    const { validTo, validFrom } = new X509Certificate(readFileSync(tlsCert));
    const days = Math.floor((Date.parse(validTo) - now.getTime()) / DAY_MS);
    if (days < 0)
      return { name, state: 'fault', th: `ใบรับรองหมดอายุเมื่อ ${validTo}`, en: `the certificate ran out on ${validTo}`, remedy: renew };
    if (Date.parse(validFrom) > now.getTime()) {
      return {
        name,
        state: 'fault',
        th: `ใบรับรองใช้ได้ตั้งแต่ ${validFrom}`,
        en: `the certificate is valid only from ${validFrom}`,
        remedy: renew,
      };
    }
    const facts = { name, th: `ใบรับรองใช้ได้อีก ${days} วัน`, en: `the certificate is valid for ${days} more days` };
    return days < RENEW_DAYS ? { ...facts, state: 'warning', remedy: renew } : { ...facts, state: 'good' };
  } catch (error) {
    const reason = (error as Error).message;
    const remedy = { th: 'SARABAN_TLS_CERT ต้องเป็นไฟล์ PEM ที่อ่านได้', en: 'SARABAN_TLS_CERT must be a readable PEM file' };
    return { name, state: 'fault', th: `อ่านใบรับรองไม่ได้ (${reason})`, en: `the certificate cannot be read (${reason})`, remedy };
  }
}
