/**
 * Checks of what forms and the API hand in. Every fault of an input is collected, so that a person hears of all at once; nothing is written meanwhile.
 * Values are taken as unknown: the types of a caller are a promise, a request body is not.
 */
import { storable } from './db/storable.ts';
import type { Fault } from './officer.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id that is none names nothing: the answer is not-found, never a database error. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

export class Checks {
  readonly faults: Fault[] = [];

  fault(field: string, th: string, en: string): void {
    this.faults.push({ field, message: { th, en } });
  }

  /** @returns the text as it can be stored, trimmed; '' when it is missing or faulty. */
  text(field: string, value: unknown, rule: { most: number; required?: boolean; lines?: boolean }): string {
    if (value === undefined || value === null || value === '') {
      if (rule.required === true) this.fault(field, 'โปรดกรอกช่องนี้', 'Please fill in this field.');
      return '';
    }
    if (typeof value !== 'string') {
      this.fault(field, 'ต้องเป็นข้อความ', 'Must be text.');
      return '';
    }
    if (value.length > rule.most * 4) {
      this.fault(field, `ยาวเกิน ${rule.most} ตัวอักษร`, `Longer than ${rule.most} characters.`);
      return '';
    }
    const kept = storable(value, rule.most * 4).trim();
    const text = rule.lines === true ? kept.replaceAll('\r\n', '\n') : kept.replace(/\s+/g, ' ');
    if (text === '' && rule.required === true) this.fault(field, 'โปรดกรอกช่องนี้', 'Please fill in this field.');
    if ([...text].length > rule.most) this.fault(field, `ยาวเกิน ${rule.most} ตัวอักษร`, `Longer than ${rule.most} characters.`);
    return text;
  }

  /** A day of the Gregorian calendar, 'yyyy-mm-dd', of the years 1800 to 2400: later or earlier ones are slips, such as a Buddhist year. */
  day(field: string, value: unknown): string | null {
    if (value === undefined || value === null || value === '') return null;
    if (!isDay(value)) {
      this.fault(field, 'ต้องเป็นวันที่ในรูป ปปปป-ดด-วว (ปี ค.ศ.)', 'Must be a day as yyyy-mm-dd (Gregorian year).');
      return null;
    }
    return value;
  }

  oneOf<T extends string>(field: string, value: unknown, allowed: readonly T[]): T | null {
    const found = allowed.find(one => one === value);
    if (found === undefined) this.fault(field, `ต้องเป็นค่าใดค่าหนึ่งใน ${allowed.join(', ')}`, `Must be one of ${allowed.join(', ')}.`);
    return found ?? null;
  }

  flag(field: string, value: unknown): boolean {
    if (typeof value !== 'boolean') this.fault(field, 'ต้องเป็นจริงหรือเท็จ', 'Must be true or false.');
    return value === true;
  }

  email(field: string, value: unknown, required = false): string {
    const text = this.text(field, value, { most: 200, required });
    if (text !== '' && !/^[^\s@<>()[\],;:"\\]{1,64}@[^\s@<>()[\],;:"\\]{1,253}$/.test(text)) {
      this.fault(field, 'ไม่ใช่ที่อยู่อีเมล', 'Not a mail address.');
    }
    return text;
  }

  get invalid(): { outcome: 'invalid'; faults: Fault[] } | null {
    return this.faults.length === 0 ? null : { outcome: 'invalid', faults: this.faults };
  }
}

/** A real day: 2026-02-30 is none. */
export function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^(1[89]|2[0-3])\d\d-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}
