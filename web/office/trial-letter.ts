/** The letter that routing rules are tried on: a letter of the register, or what was typed into the fields. */

import { foldThai } from '../../register/letter/fold.ts';
import { getEntryByNumber } from '../../register/look/entry.ts';
import type { LetterForRules } from '../../register/route/decide.ts';
import { type Request, textField } from '../http.ts';
import type { SignedIn } from '../visit.ts';
import type { OfficeContext } from './page.ts';

export interface LetterValues {
  entry: string;
  fromAddress: string;
  tag: string;
  subject: string;
  body: string;
  letterNumber: string;
  attachments: string;
  urgency: LetterForRules['urgency'];
  circular: boolean;
}

export const EMPTY_LETTER: LetterValues = {
  entry: '',
  fromAddress: '',
  tag: '',
  subject: '',
  body: '',
  letterNumber: '',
  attachments: '',
  urgency: 'normal',
  circular: false,
};

const URGENCIES: LetterForRules['urgency'][] = ['normal', 'urgent', 'very-urgent', 'most-urgent'];

export function letterValues(request: Request): LetterValues {
  const field = (name: string) => textField(request.body, name).trim();
  return {
    entry: field('entry'),
    fromAddress: field('fromAddress'),
    tag: field('tag').replace(/^\+/, ''),
    subject: field('subject'),
    body: field('body'),
    letterNumber: field('letterNumber'),
    attachments: field('attachments'),
    urgency: URGENCIES.find(urgency => urgency === field('urgency')) ?? 'normal',
    circular: field('circular') === 'yes',
  };
}

/** @returns null when a number was given and the officer sees no letter of it */
export async function letterFor(context: OfficeContext, visit: SignedIn, values: LetterValues): Promise<LetterForRules | null> {
  if (values.entry !== '') return await letterOfRegister(context, visit, values.entry);
  const names = values.attachments.split('\n').map(name => name.trim());
  return {
    fromAddress: values.fromAddress,
    envelopeFrom: values.fromAddress,
    tags: values.tag === '' ? [] : [values.tag],
    subject: values.subject,
    text: values.body,
    letterNumber: values.letterNumber === '' ? null : values.letterNumber,
    attachments: names.filter(name => name !== '').map(name => ({ name, contentType: 'application/octet-stream' })),
    urgency: values.urgency,
    circular: values.circular,
  };
}

async function letterOfRegister(context: OfficeContext, visit: SignedIn, text: string): Promise<LetterForRules | null> {
  const [number, year] = /^(\d{1,9})\s*\/\s*(\d{4})$/.exec(foldThai(text))?.slice(1).map(Number) ?? [];
  if (number === undefined || year === undefined) return null;
  const entry = await getEntryByNumber(context.db, visit.officer, 'receive', year, number);
  if (entry === null) return null;
  return {
    fromAddress: entry.fromAddress,
    envelopeFrom: entry.envelopeFrom,
    tags: (entry.message?.envelopeTo ?? []).flatMap(address => /^[^@]*?\+([^@]+)@/.exec(address)?.[1] ?? []),
    subject: entry.subject,
    text: [entry.text, ...entry.documents.map(document => document.text)].join('\n'),
    letterNumber: entry.letterNumber === '' ? null : entry.letterNumber,
    attachments: entry.attachments
      .filter(part => part.role !== 'body')
      .map(part => ({ name: part.name === '' ? null : part.name, contentType: part.contentType })),
    urgency: entry.urgency,
    circular: entry.circular,
  };
}
