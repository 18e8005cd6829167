export interface GivenFile {
  name: string;
  bytes: Uint8Array;
}

export interface Finding {
  state: 'holds' | 'broken' | 'unproven' | 'open' | 'note';
  code: string;
  data: Record<string, unknown>;
  th: string;
  en: string;
}

export interface Report {
  sections: { kind: string; data: Record<string, unknown>; title: { th: string; en: string }; findings: Finding[] }[];
  keys: Map<string, { fingerprint: string; agencies: string[]; files: number; given: boolean }>;
  verdict(): 'holds' | 'broken' | 'unproven';
}

export function check(given: GivenFile[], options?: { fingerprints?: string[] }): Promise<Report>;
