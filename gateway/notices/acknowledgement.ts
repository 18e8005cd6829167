/**
 * Another agency's receipt for a letter of ours: exactly, from the JSON part another Saraban puts beside its words; else read from the
 * wording, as in "ได้รับหนังสือแล้ว เลขรับที่ 123/2569". Called by parse.ts.
 */
import type { AcknowledgementFacts } from './notice.ts';

/** The part's media type. */
export const acknowledgementType = 'application/vnd.saraban.acknowledgement+json';

export type MachineAcknowledgement = { facts: AcknowledgementFacts; messageId: string | null };

/** Reads the JSON part; null when it is no such JSON. Strangers write it, so every value is taken only in its expected shape and length. */
export function readMachineAcknowledgement(json: string): MachineAcknowledgement | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.slice(0, 1_000_000));
  } catch {
    return null;
  }
  if (!isRecord(parsed)) return null;
  const outer = parsed;
  const inner = ['entry', 'acknowledgement', 'receipt', 'letter', 'message', 'original', 'hashes'].map(key => outer[key]).filter(isRecord);
  const find = (...names: string[]) =>
    [outer, ...inner].flatMap(record => names.map(name => record[name])).find(value => value !== undefined && value !== null);
  const agencyValue = find('agency', 'agencyName');
  const agency = isRecord(agencyValue) ? agencyValue.name : agencyValue;
  const agencyName = isRecord(agency) ? (agency.th ?? agency.en) : agency;
  const written = find('number', 'receiveNumber', 'receive_number');
  const parts = typeof written === 'string' ? /^\s*([0-9๐-๙]{1,9})(?:\s*\/\s*([0-9๐-๙]{4}))?\s*$/.exec(written) : null;
  const number =
    typeof written === 'number' && Number.isSafeInteger(written) && written > 0 ? String(written) : (digits(parts?.[1]) ?? null);
  const yearValue = find('year', 'buddhistYear');
  const year = yearOf(typeof yearValue === 'number' ? String(yearValue) : typeof yearValue === 'string' ? yearValue : (parts?.[2] ?? ''));
  const hash = text(find('messageSha256', 'rawSha256', 'sha256', 'message_sha256'), 64)?.toLowerCase() ?? null;
  return {
    facts: {
      agency: text(agencyName, 300),
      number,
      year,
      receivedAt: text(find('receivedAt', 'received_at', 'received'), 40),
      verifyUrl: webAddress(text(find('verifyUrl', 'verify', 'url', 'verificationUrl', 'link'), 500)),
      messageSha256: hash !== null && /^[0-9a-f]{64}$/.test(hash) ? hash : null,
      source: 'machine',
    },
    messageId: text(find('messageId', 'originalMessageId', 'inReplyTo', 'message_id'), 990),
  };
}

const digit = '[0-9๐-๙]';
/** "เลขทะเบียนรับ(ที่) 123/2569", "เลขที่รับ", "เลขรับ", "รับที่", and the English of the same. The year may be missing. */
const numberPatterns = [
  new RegExp(
    `เลข(?:ที่)?\\s*(?:ทะเบียน)?(?:หนังสือ)?\\s*รับ(?:ที่|เลขที่|หนังสือ)?\\s*(?:คือ|เป็น)?\\s*[:：]?\\s*(?:ที่\\s*)?(${digit}{1,7})(?:\\s*/\\s*(${digit}{2,4}))?`,
  ),
  new RegExp(`ทะเบียน(?:หนังสือ)?รับ(?:เลข)?(?:ที่)?\\s*[:：]?\\s*(${digit}{1,7})(?:\\s*/\\s*(${digit}{2,4}))?`),
  new RegExp(`(?:ลง)?รับ(?:หนังสือ)?(?:ไว้)?(?:ตาม)?(?:เลข)?ที่\\s*[:：]?\\s*(${digit}{1,7})\\s*/\\s*(${digit}{2,4})`),
  new RegExp(
    `(?:receive|receipt|registration|register|registered)(?:d)?\\s*(?:under)?\\s*(?:as)?\\s*(?:number|no\\.?|#)?\\s*[:.]?\\s*(${digit}{1,7})(?:\\s*/\\s*(${digit}{4}))`,
    'i',
  ),
  new RegExp(`(?:receive|receipt|registration)\\s*(?:number|no\\.?)\\s*[:.]?\\s*(${digit}{1,7})`, 'i'),
];

/**
 * Reads a receive number out of words; null when none is there. A reading and no proof: the officer sees the sentence beside it.
 * @param agency name to show when the words name nobody, e.g. the sender's
 */
export function readWordedAcknowledgement(words: string, agency: string | null): AcknowledgementFacts | null {
  const flat = words
    .slice(0, 20_000)
    .replace(/[\u200b\ufeff]/g, '')
    .replace(/[\s\u00a0]+/g, ' ');
  for (const pattern of numberPatterns) {
    const found = pattern.exec(flat);
    if (!found) continue;
    const named = /(?:ส่วนราชการ|หน่วยงาน(?:ผู้รับ)?|agency)\s*[:：]\s*([^|:：]{2,120}?)(?= (?:เลข|ที่|วัน|เรื่อง|receive|number|date)|$)/i.exec(
      flat,
    )?.[1];
    return {
      agency: named?.trim() ?? agency,
      number: digits(found[1]) ?? null,
      year: yearOf(found[2] ?? ''),
      receivedAt: null,
      verifyUrl: null,
      messageSha256: null,
      source: 'wording',
    };
  }
  return null;
}

/** Thai digits as Arabic ones, leading zeros gone. */
function digits(value: string | undefined): string | null {
  if (value === undefined) return null;
  const arabic = value.replace(/[๐-๙]/g, character => String(character.charCodeAt(0) - 0x0e50));
  return /^\d+$/.test(arabic) ? arabic.replace(/^0+(?=\d)/, '') : null;
}

/** A Buddhist year of four digits, from 2569, 69 or 2026; null for what is no year of our days. */
function yearOf(value: string): number | null {
  const plain = digits(value);
  if (plain === null) return null;
  const year = Number(plain);
  if (year >= 2400 && year <= 2700) return year;
  if (year >= 1900 && year <= 2150) return year + 543;
  return value.length === 2 && year >= 50 ? 2500 + year : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, longest: number): string | null {
  return typeof value === 'string' && value.trim() !== '' && value.length <= longest ? value.trim() : null;
}

function webAddress(value: string | null): string | null {
  return value !== null && /^https?:\/\/[^\s"'<>]+$/i.test(value) ? value : null;
}
