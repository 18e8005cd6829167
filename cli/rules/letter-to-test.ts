/**
 * A letter for `rules test`: out of words on the command line, or out of a mail that lies in a file, read exactly as the appliance reads
 * letters. It goes to register/route/decide.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '../../register/failure.ts';
import { classify, type LetterFacts } from '../../register/letter/facts.ts';
import { findLetterNumbers } from '../../register/letter/letter-number.ts';
import type { ReadMessage } from '../../register/letter/message.ts';
import { createReader } from '../../register/reading/reader.ts';
import type { LetterForRules } from '../../register/route/decide.ts';
import { type Arguments, choiceOf, listOf, textOf, usage } from '../arguments.ts';
import { readFileNamed } from './file-named.ts';

const URGENCIES = ['normal', 'urgent', 'very-urgent', 'most-urgent'] as const;
const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/** What is not said is found in the subject where a letter would say it there. @throws UsageError when there is nothing to go by */
export function letterFromWords(values: Arguments['values'], tags: string[]): LetterForRules {
  const from = textOf(values, 'from') ?? '';
  const subject = textOf(values, 'subject') ?? '';
  if (Object.keys(values).length === 0)
    throw usage('ต้องบอกหนังสือที่จะทดสอบด้วย --from, --subject, --tag หรือ --eml', 'say what to test with --from, --subject, --tag or --eml');
  if (from !== '' && !ADDRESS.test(from)) throw usage(`--from ${from}: ไม่ใช่ที่อยู่อีเมล`, 'is not a mail address');
  const text = textOf(values, 'text') ?? '';
  const urgency = textOf(values, 'urgency');
  const number = textOf(values, 'letter-number') ?? null;
  const found = number === null ? findLetterNumbers(subject)[0] : findLetterNumbers(number)[0];
  return {
    fromAddress: from,
    envelopeFrom: from,
    tags,
    subject,
    text,
    letterNumber: number ?? found?.normal ?? null,
    attachments: listOf(values, 'attachments').map(name => ({ name, contentType: 'application/octet-stream' })),
    urgency: urgency === undefined ? classify(subject).urgency : choiceOf('--urgency', urgency, URGENCIES),
    circular: values.circular === true || found?.circular === true,
  };
}

/** @throws Failure when the file cannot be read, or is a mail that the appliance could not read either */
export async function letterFromEml(file: string, tags: string[]): Promise<LetterForRules> {
  await readFileNamed(file);
  const folder = await mkdtemp(join(tmpdir(), 'saraban-rules-'));
  const reader = createReader({ threads: 1 });
  try {
    const read = await reader.read({ rawPath: resolve(file), partsFolder: folder, fallbackCharset: 'windows-874' });
    if (read.outcome === 'failed') throw unreadable(file, read.detail);
    return asLetter(read.message, read.facts, read.documents, tags);
  } finally {
    await reader.close();
    await rm(folder, { recursive: true, force: true });
  }
}

// A file has no envelope; what a mail server wrote into the head when it delivered the mail comes nearest.
function asLetter(message: ReadMessage, facts: LetterFacts | null, documents: { text: string }[], tags: string[]): LetterForRules {
  const { headers } = message;
  const field = (name: string) => headers.fields.find(one => one.name.toLowerCase() === name)?.value ?? '';
  const returnPath = /^<?([^<>\s]*)>?$/.exec(field('return-path').trim())?.[1];
  const written = [...headers.to, ...headers.cc].map(one => one.address).concat(field('delivered-to'), field('x-original-to'));
  const attached = message.parts.filter(part => part.role === 'attachment');
  return {
    fromAddress: headers.from?.address ?? '',
    envelopeFrom: returnPath ?? headers.from?.address ?? '',
    tags: tags.length > 0 ? tags : [...new Set(written.flatMap(address => /\+([^+@]+)@/.exec(address)?.[1] ?? []))],
    subject: facts?.subject?.certainty === 'certain' ? facts.subject.value : headers.subject,
    text: [message.text, ...documents.map(document => document.text)].join('\n'),
    letterNumber: facts?.letterNumber?.value ?? null,
    attachments: attached.map(part => ({ name: part.name, contentType: part.contentType })),
    urgency: facts?.urgency && facts.urgency.certainty !== 'guess' ? facts.urgency.value : classify(headers.subject).urgency,
    circular: facts?.circular?.value ?? false,
  };
}

/** The letter as the rules see it, for people. */
export function describeLetter(letter: LetterForRules): string[] {
  return [
    `หนังสือ · The letter`,
    `  จาก from: ${letter.fromAddress || '-'}`,
    `  เรื่อง subject: ${letter.subject || '-'}`,
    `  ที่ letter number: ${letter.letterNumber ?? '-'}`,
    `  ป้าย tags: ${letter.tags.join(', ') || '-'}`,
    `  ความเร็ว urgency: ${letter.urgency}${letter.circular ? ', หนังสือเวียน circular' : ''}`,
    `  ไฟล์แนบ attachments: ${letter.attachments.map(one => one.name ?? one.contentType).join(', ') || '-'}`,
  ];
}

function unreadable(file: string, detail: string): Failure {
  return new Failure({
    code: 'unreadable-mail',
    temporary: false,
    message: `${file}: ${detail}`,
    userMessage: { th: `อ่านจดหมายใน ${file} ไม่ได้ (${detail})`, en: `The mail in ${file} cannot be read: ${detail}` },
  });
}
