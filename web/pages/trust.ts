/** Who sent a letter, as the pages show it. The evidence was written by gateway/intake/trust.ts; here it is read with care, for it is stored JSON. */
import type { TrustEvidence } from '../../register/look/entry-row.ts';
import { inLanguage } from '../page.ts';
import type { Visit } from '../visit.ts';

export interface TrustShown {
  /** Plain sentence, '' when nothing was judged. */
  sentence: string;
  mark: string;
  tone: 'good' | 'alarm' | 'plain' | '';
}

export function trustShown(visit: Visit, trust: TrustEvidence): TrustShown {
  const sentence = sentenceOf(visit, trust.sentence);
  if (trust.known === true || trust.aligned === true) return { sentence, mark: visit.text.register.verified, tone: 'good' };
  if (trust.dmarc === 'fail' && (trust.policy === 'reject' || trust.policy === 'quarantine'))
    return { sentence, mark: visit.text.register.doubtful, tone: 'alarm' };
  if (Object.keys(trust).length === 0) return { sentence, mark: '', tone: '' };
  return { sentence, mark: visit.text.register.unverified, tone: 'plain' };
}

function sentenceOf(visit: Visit, sentence: unknown): string {
  if (typeof sentence !== 'object' || sentence === null) return '';
  const { th, en } = sentence as { th?: unknown; en?: unknown };
  return inLanguage(visit, typeof th === 'string' ? th : '', typeof en === 'string' ? en : '');
}
