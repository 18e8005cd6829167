/**
 * When the agency's day is closed, and who gets the reports: the settings `closingHour` and `reports` of an agency. Those of agency 0 are the provider's.
 * Saved by the office pages, read by register/close-day.ts and gateway/dispatch/send-report.ts.
 */
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks } from '../checks.ts';
import { isClosingHour } from '../close/due-days.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { lockAgency, updateAgency } from './queries.ts';

/** Mail addresses. */
export interface Reports {
  /** The head: the closed day's register. */
  head: string[];
  /** The auditor: the closed day's register. */
  auditor: string[];
  /** Certificates of the copies. */
  backup: string[];
  /** The provider's alone: alarms of the night. */
  alarm: string[];
}

export const REPORT_KINDS = ['head', 'auditor', 'backup', 'alarm'] as const;
const MOST_RECIPIENTS = 20;

/** @param setting `reports` of agency.settings, as stored: what is no address there is left out */
export function reportsOf(setting: unknown): Reports {
  const stored = typeof setting === 'object' && setting !== null ? (setting as Record<string, unknown>) : {};
  const addresses = (kind: keyof Reports) => {
    const list = stored[kind];
    return Array.isArray(list) ? list.filter(one => typeof one === 'string' && one.includes('@')) : [];
  };
  return { head: addresses('head'), auditor: addresses('auditor'), backup: addresses('backup'), alarm: addresses('alarm') };
}

export interface ReportsInput {
  /** 'HH:MM' up to '24:00'; '' for the usual. Not for the provider. */
  closingHour?: unknown;
  /** Addresses, one a line or separated by commas; a kind that is not named stays. */
  head?: unknown;
  auditor?: unknown;
  backup?: unknown;
  alarm?: unknown;
}

/** Saves what is named, for the officer's own agency: an administrator's, or the provider's. */
export async function changeReports(context: RegisterContext, officer: Officer, input: ReportsInput): Promise<ActOutcome> {
  const provider = officer.role === 'provider';
  return await actInOffice(context, officer, provider ? 'provider' : 'manage-agency', async (tx, at) => {
    const before = await lockAgency(tx, officer.agencyId);
    if (before === null) return { outcome: 'not-found' };
    const checks = new Checks();
    const closingHour =
      provider || input.closingHour === undefined ? before.settings.closingHour : checkClosingHour(checks, input.closingHour);
    const reports: Partial<Reports> = { ...reportsOf(before.settings.reports) };
    for (const kind of REPORT_KINDS) {
      if (input[kind] !== undefined) reports[kind] = checkAddresses(checks, kind, input[kind]);
      if (reports[kind]?.length === 0) delete reports[kind];
    }
    if (checks.invalid !== null) return checks.invalid;
    const { hasEntries: _, ...agency } = before;
    const { closingHour: _hour, reports: _reports, ...others } = before.settings;
    const settings = {
      ...(typeof closingHour === 'string' ? { closingHour } : {}),
      ...(Object.keys(reports).length === 0 ? {} : { reports }),
    };
    await updateAgency(tx, officer.agencyId, { ...agency, settings: { ...others, ...settings } });
    await insertAct(tx, officer, at, { register: 'office', kind: 'agency-changed', detail: { settings } });
    return { outcome: 'done' };
  });
}

/** @returns null for the usual hour */
function checkClosingHour(checks: Checks, value: unknown): string | null {
  const text =
    typeof value === 'string'
      ? value
          .trim()
          .replace('.', ':')
          .replace(/^(\d):/, '0$1:')
      : value;
  if (text === '' || text === null) return null;
  if (isClosingHour(text)) return text;
  checks.fault('closingHour', 'ต้องเป็นเวลา เช่น 16:30 หรือ 24:00', 'Must be a time such as 16:30 or 24:00.');
  return null;
}

function checkAddresses(checks: Checks, field: string, value: unknown): string[] {
  if (typeof value !== 'string') {
    checks.fault(field, 'ต้องเป็นข้อความ', 'Must be text.');
    return [];
  }
  const named = value.split(/[\s,;]+/).filter(one => one !== '');
  if (named.length > MOST_RECIPIENTS) {
    checks.fault(field, `ไม่เกิน ${MOST_RECIPIENTS} ที่อยู่`, `At most ${MOST_RECIPIENTS} addresses.`);
    return [];
  }
  const found = new Map<string, string>();
  for (const one of named) {
    const own = new Checks();
    const address = own.email(field, one);
    if (own.invalid === null) found.set(address.toLowerCase(), address);
    else checks.fault(field, `“${one.slice(0, 100)}” ไม่ใช่ที่อยู่อีเมล`, `“${one.slice(0, 100)}” is not a mail address.`);
  }
  return [...found.values()];
}
