/** One thing a check of a domain found: how it stands, what that means, and the exact record to publish. */

export type RecordName = 'address' | 'MX' | 'A' | 'PTR' | 'port 25' | 'SPF' | 'DKIM' | 'DMARC' | 'MTA-STS' | 'TLSRPT' | 'CAA';

export interface Finding {
  record: RecordName;
  /** `fault`: letters are lost or distrusted so. `warning`: they are not, but it could be better. `unknown`: nobody answered, which says nothing. */
  state: 'good' | 'warning' | 'fault' | 'unknown';
  /** As found, one line each. */
  found: string[];
  th: string;
  en: string;
  /** What to publish, as a zone file has it; null when there is nothing to change or nobody can say. */
  publish: { name: string; type: 'MX' | 'A' | 'PTR' | 'TXT' | 'CNAME' | 'CAA'; value: string } | null;
}

/** Nobody answered: not the same as "there is none", and never a fault of the domain. */
export function silent(record: RecordName, name: string, code: string): Finding {
  return {
    record,
    state: 'unknown',
    found: [],
    th: `เซิร์ฟเวอร์ชื่อไม่ตอบเรื่อง ${name} (${code}) จึงยังบอกไม่ได้ โปรดลองใหม่`,
    en: `No answer about ${name} (${code}), so nothing can be said. Try again.`,
    publish: null,
  };
}
