/** One agency in the address book, and how it is checked before it is kept. Used by keep.ts, import.ts and learn.ts. */
import type { Checks } from '../checks.ts';

export type Source = 'learned' | 'imported' | 'typed';

/** What people write about an agency. */
export interface CorrespondentFields {
  nameTh: string;
  nameEn: string;
  /** What stands before the slash of its letter numbers. */
  code: string;
  /** All mail from it and from beneath it is this agency's; '' for none. */
  domain: string;
  addresses: string[];
  phone: string;
  officer: string;
}

export interface Correspondent extends CorrespondentFields {
  id: string;
  source: Source;
  confirmedAt: Date | null;
  confirmedBy: string;
  version: number;
}

/** A name as names compare: two spellings that a person takes for the same are one agency. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

export const MOST_ADDRESSES = 50;

/** Checks what was typed or imported. Addresses and domain come back in lower case, each address once, in order. */
export function checkCorrespondent(checks: Checks, input: Record<keyof CorrespondentFields, unknown>): CorrespondentFields {
  const addresses = Array.isArray(input.addresses) ? input.addresses : [];
  const checked = addresses.map(address => checks.email('addresses', address).toLowerCase()).filter(address => address !== '');
  if (checked.length > MOST_ADDRESSES)
    checks.fault('addresses', `ที่อยู่เกิน ${MOST_ADDRESSES} รายการ`, `More than ${MOST_ADDRESSES} addresses.`);
  return {
    nameTh: checks.text('nameTh', input.nameTh, { most: 200, required: true }),
    nameEn: checks.text('nameEn', input.nameEn, { most: 200 }),
    code: checks.text('code', input.code, { most: 60 }),
    domain: checkDomain(checks, input.domain),
    addresses: [...new Set(checked)].sort(),
    phone: checks.text('phone', input.phone, { most: 100 }),
    officer: checks.text('officer', input.officer, { most: 200 }),
  };
}

const DOMAIN = /^(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]{2,63}$/u;

function checkDomain(checks: Checks, value: unknown): string {
  const domain = checks.text('domain', value, { most: 253 }).toLowerCase().replace(/^@/, '').replace(/\.$/, '');
  if (domain === '') return '';
  if (!DOMAIN.test(domain)) checks.fault('domain', 'ไม่ใช่ชื่อโดเมน', 'Not a domain name.');
  else if (isShared(domain))
    checks.fault(
      'domain',
      'โดเมนนี้มีผู้ใช้หลายหน่วยงาน โปรดระบุเป็นที่อยู่ไปรษณีย์อิเล็กทรอนิกส์แทน',
      'Many agencies or persons share this domain: give addresses instead.',
    );
  return domain;
}

/**
 * True for a domain that says nothing about who writes: mail for everybody, the government's common mail service, and what registries give
 * names under. A wrong name on every such letter would be worse than none.
 */
export function isShared(domain: string): boolean {
  return (
    /^(?:ac|co|com|edu|go|gov|gob|gouv|in|mi|mil|net|or|org)\.[a-z]{2}$/.test(domain) ||
    /^(?:gmail|googlemail|hotmail|outlook|live|msn|windowslive|yahoo|ymail|icloud|me|aol|proton|protonmail|gmx|mail)\.(?:com|net|me|co\.th|de|[a-z]{2})$/.test(
      domain,
    ) ||
    domain === 'mail.go.th' ||
    !domain.includes('.')
  );
}

/** The domain of an address in lower case, '' when it has none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1
    ? ''
    : address
        .slice(at + 1)
        .toLowerCase()
        .replace(/\.$/, '');
}

/** The domain and those above it that are no top level, longest first: a.b.go.th, b.go.th, go.th. */
export function domainsAbove(domain: string): string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}
