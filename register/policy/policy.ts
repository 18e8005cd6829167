/**
 * What an agency itself decides about mail before it is entered: whom it refuses, whom it always takes, what it holds, what it does while the
 * domain name system is silent. Kept under `policy` in the agency's settings, written by web/office/policy.ts, obeyed by gateway/intake/policy.ts.
 * Which mistake is worse: a policy that can't be read must not refuse or hold anything, so the usual one counts then.
 */
import { z } from 'zod';
import type { Fault } from '../officer.ts';

const SENDER = z.string().min(1).max(320);

const shape = z.object({
  /** Addresses and domains that are refused in the session. A domain stands for all beneath it. */
  deny: z.array(SENDER).max(2_000).default([]),
  /** Addresses and domains that are never held for their sender, and whose list mail is a letter. */
  allow: z.array(SENDER).max(2_000).default([]),
  /** Of the letters that fail DMARC (RFC 7489), those whose domain asks so are held. */
  holdDmarc: z.enum(['none', 'reject', 'reject-quarantine']).default('reject'),
  /** What to do when a sender can't be judged because the domain name system gives no answer. */
  noDns: z.enum(['accept-unverified', 'try-again']).default('accept-unverified'),
  /** Sealing domains (d= of ARC-Seal, RFC 8617) of forwarders whose word about a sender counts. The very name, none beneath it. */
  forwarders: z.array(SENDER).max(200).default([]),
});

export type Policy = z.infer<typeof shape>;

export const USUAL_POLICY: Policy = shape.parse({});

/** @param settings - of the agency, as stored */
export function policyOf(settings: unknown): Policy {
  const stored = typeof settings === 'object' && settings !== null && 'policy' in settings ? settings.policy : {};
  const read = shape.safeParse(stored);
  return read.success ? read.data : USUAL_POLICY;
}

export interface PolicyInput {
  /** One address or domain a line; what follows a # is a remark and is not kept. */
  deny: string;
  allow: string;
  holdDmarc: string;
  noDns: string;
  forwarders: string;
}

/** Checks a policy as it was typed. Every fault names its field and its line. */
export function readPolicy(input: PolicyInput): { outcome: 'ok'; policy: Policy } | { outcome: 'invalid'; faults: Fault[] } {
  const faults: Fault[] = [];
  const deny = readSenders('deny', input.deny, faults);
  const allow = readSenders('allow', input.allow, faults);
  const forwarders = readSenders('forwarders', input.forwarders, faults);
  for (const sender of deny.filter(one => allow.includes(one))) {
    faults.push({ field: 'deny', message: { th: `${sender} อยู่ในทั้งสองรายการ`, en: `${sender} stands in both lists.` } });
  }
  for (const sender of deny.filter(isTooBroad)) {
    const th = `${sender} กว้างเกินไป จะปฏิเสธทุกหน่วยงานใต้ชื่อนี้`;
    faults.push({ field: 'deny', message: { th, en: `${sender} is too broad: everybody beneath it would be refused.` } });
  }
  for (const sender of allow.filter(isTooBroad)) {
    const th = `${sender} กว้างเกินไป จะเชื่อทุกผู้ส่งใต้ชื่อนี้`;
    faults.push({ field: 'allow', message: { th, en: `${sender} is too broad: everybody beneath it would be trusted.` } });
  }
  for (const forwarder of forwarders.filter(one => one.includes('@') || isTooBroad(one))) {
    const th = `${forwarder} ไม่ใช่โดเมนของผู้ส่งต่อรายใดรายหนึ่ง`;
    faults.push({ field: 'forwarders', message: { th, en: `${forwarder} is not the domain of one forwarder.` } });
  }
  const read = shape.safeParse({ deny, allow, holdDmarc: input.holdDmarc, noDns: input.noDns, forwarders });
  if (!read.success && faults.length === 0) {
    for (const issue of read.error.issues) {
      faults.push({ field: String(issue.path[0] ?? 'deny'), message: { th: 'ค่านี้ใช้ไม่ได้', en: 'This value is not possible.' } });
    }
  }
  if (!read.success || faults.length > 0) return { outcome: 'invalid', faults };
  return { outcome: 'ok', policy: read.data };
}

// Labels of letters of any script, digits and hyphens; a domain has two of them at least.
const DOMAIN = /^(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]{2,63}$/u;
const LOCAL = /^[^\s@<>()[\],;:"\\]{1,64}$/u;

function readSenders(field: 'deny' | 'allow' | 'forwarders', text: string, faults: Fault[]): string[] {
  const senders: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    // '@x.go.th' and '*.x.go.th' are how other programs write a domain.
    const sender = line
      .replace(/#.*$/, '')
      .trim()
      .toLowerCase()
      .replace(/^(?:@|\*\.|\*@)(?=.)/, '')
      .replace(/\.$/, '');
    if (sender === '') continue;
    const at = sender.lastIndexOf('@');
    const valid = DOMAIN.test(sender.slice(at + 1)) && (at === -1 || LOCAL.test(sender.slice(0, at)));
    if (valid) senders.push(sender);
    else {
      const place = String(index + 1);
      const th = `บรรทัด ${place}: “${sender.slice(0, 100)}” ไม่ใช่ที่อยู่ไปรษณีย์อิเล็กทรอนิกส์หรือโดเมน`;
      faults.push({ field, message: { th, en: `Line ${place}: “${sender.slice(0, 100)}” is neither a mail address nor a domain.` } });
    }
  }
  return [...new Set(senders)].sort();
}

/** A name under which a registry gives names to others: all agencies of a country would be meant. */
function isTooBroad(sender: string): boolean {
  return /^(?:ac|co|com|edu|go|gov|gob|gouv|in|mi|mil|net|or|org)\.[a-z]{2}$/.test(sender);
}

/**
 * The longest entry of a list that means the address: itself, its domain, or one above it; null for none.
 * @param address - as written in the envelope or in From
 */
export function listed(list: string[], address: string): string | null {
  const plain = address.trim().toLowerCase();
  const at = plain.lastIndexOf('@');
  if (at < 1) return null;
  if (list.includes(plain)) return plain;
  const labels = plain
    .slice(at + 1)
    .replace(/\.$/, '')
    .split('.');
  for (let from = 0; from < labels.length - 1; from++) {
    const domain = labels.slice(from).join('.');
    if (list.includes(domain)) return domain;
  }
  return null;
}
