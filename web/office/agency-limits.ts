/** The numbers of an agency's settings that its administrators may change, each with its bounds. gateway/acknowledge reads them. */
import { USUAL_LIMITS } from '../../register/acknowledgement-limits.ts';
import type { Language } from '../text/text.ts';

export interface Limit {
  /** Name of the field and key in the agency's settings. */
  name: string;
  label: Record<Language, string>;
  least: number;
  most: number;
  usual: number;
}

export const LIMITS: Limit[] = [
  {
    name: 'acknowledgementsPerSender',
    label: { th: 'แจ้งผลการรับถึงผู้ส่งรายเดียว ไม่เกิน (ฉบับต่อชั่วโมง)', en: 'Acknowledgements to one sender, at most (an hour)' },
    least: 0,
    most: 10_000,
    usual: USUAL_LIMITS.perSender,
  },
  {
    name: 'acknowledgementsPerHour',
    label: { th: 'แจ้งผลการรับทั้งหมด ไม่เกิน (ฉบับต่อชั่วโมง)', en: 'Acknowledgements in all, at most (an hour)' },
    least: 0,
    most: 1_000_000,
    usual: USUAL_LIMITS.inAll,
  },
];

export function limitsOf(settings: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(LIMITS.map(({ name }) => [name, typeof settings[name] === 'number' ? String(settings[name]) : '']));
}

/** What was typed, as changeAgency takes it: null takes a key out, so that the usual value counts again. */
export function limitChanges(values: Record<string, string>): { settings: Record<string, number | null>; wrong: Limit[] } {
  const settings: Record<string, number | null> = {};
  const wrong: Limit[] = [];
  for (const limit of LIMITS) {
    const text = values[limit.name] ?? '';
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (text === '') settings[limit.name] = null;
    else if (value >= limit.least && value <= limit.most) settings[limit.name] = value;
    else wrong.push(limit);
  }
  return { settings, wrong };
}
