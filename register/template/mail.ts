/**
 * Words of our mails: the agency's newest edited template, else the default of config/templates, filled with data.
 * Used by gateway/acknowledge/compose.ts and gateway/dispatch; the page that edits templates uses `previewMail` and `checkMailTemplate`.
 */
import { readFileSync } from 'node:fs';
import type { Transaction } from '../db/connect.ts';
import type { UserMessage } from '../failure.ts';
import { selectNewestTemplate } from './queries.ts';
import { type CompiledTemplate, compileTemplate, type TemplateFault, type TemplateKind } from './render.ts';
import { sampleData } from './samples.ts';

export const MAIL_TEMPLATES = ['acknowledgement', 'return', 'notification'] as const;
export type MailTemplateName = (typeof MAIL_TEMPLATES)[number];

export interface MailTemplate {
  subject: string;
  bodyText: string;
  bodyHtml: string;
}

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** What is wrong with an edited template: which of its three texts, which line (0: none in particular), and the words for the page. */
export interface MailTemplateFault {
  field: keyof MailTemplate;
  line: number;
  message: UserMessage;
}

export function isMailTemplateName(name: string): name is MailTemplateName {
  return (MAIL_TEMPLATES as readonly string[]).includes(name);
}

/** Reports of the register itself. Their words are the program's: an agency that edits them could make a failed proof read like a good one. */
export type ReportTemplateName = 'report-closed-day' | 'report-certificate' | 'report-alarm';

const defaults = new Map<MailTemplateName | ReportTemplateName, MailTemplate>();

/** The template that the program brings. Read once a process. */
export function defaultMailTemplate(name: MailTemplateName | ReportTemplateName): MailTemplate {
  let template = defaults.get(name);
  if (template === undefined) {
    const read = (part: string) => readFileSync(new URL(`../../config/templates/${name}.${part}.hbs`, import.meta.url), 'utf8');
    template = { subject: read('subject').trim(), bodyText: read('txt'), bodyHtml: read('html') };
    defaults.set(name, template);
  }
  return template;
}

/**
 * Fills the template of the current agency. An edited one that cannot be filled (a field renamed by a newer version) gives way to the default:
 * a letter must not stay without its acknowledgement because of a template.
 * @returns the mail, and whether the default had to stand in
 */
export async function renderMail(tx: Transaction, name: MailTemplateName, data: object): Promise<RenderedMail & { fellBack: boolean }> {
  const edited = await selectNewestTemplate(tx, name);
  if (edited !== null) {
    const filled = fill(edited, data);
    if (filled.outcome === 'ok') return { ...filled.mail, fellBack: false };
  }
  return { ...fillDefault(name, data), fellBack: edited !== null };
}

/** Fills the program's own words of a report: data of register/template/report.ts. */
export function renderReport(name: ReportTemplateName, data: object): RenderedMail {
  return fillDefault(name, data);
}

function fillDefault(name: MailTemplateName | ReportTemplateName, data: object): RenderedMail {
  const filled = fill(defaultMailTemplate(name), data);
  if (filled.outcome !== 'ok') throw new Error(`default template ${name}: ${filled.faults[0]?.message.en ?? ''}`);
  return filled.mail;
}

/**
 * Fills an edited template with a sample letter.
 * @param sample - the public address of the web, and an image address for the QR code that the page may load (e.g. data:)
 */
export function previewMail(
  name: MailTemplateName,
  edited: MailTemplate,
  sample: { webUrl?: string; qrUrl?: string } = {},
): { outcome: 'ok'; mail: RenderedMail } | { outcome: 'faults'; faults: MailTemplateFault[] } {
  return fill(edited, sampleData(name, sample.webUrl, sample.qrUrl));
}

/** Everything that is wrong with an edited template; empty when it may be saved. */
export function checkMailTemplate(name: MailTemplateName, edited: MailTemplate): MailTemplateFault[] {
  const preview = previewMail(name, edited);
  if (preview.outcome === 'faults') return preview.faults;
  const empty = (field: keyof MailTemplate): MailTemplateFault => ({
    field,
    line: 0,
    message: { th: 'ต้องไม่ว่าง', en: 'Must not be empty.' },
  });
  const faults: MailTemplateFault[] = [];
  if (preview.mail.subject === '') faults.push(empty('subject'));
  if (preview.mail.text.trim() === '') faults.push(empty('bodyText'));
  if (preview.mail.html.trim() === '') faults.push(empty('bodyHtml'));
  return faults;
}

// Compiling takes ten times as long as filling. Enough for the templates of all agencies that write at the same time; a text is its own key, so an edited one is another.
const COMPILED_AT_MOST = 300;
const compiledTexts = new Map<string, CompiledTemplate | TemplateFault>();

function compiledOnce(text: string, kind: TemplateKind): CompiledTemplate | TemplateFault {
  const key = `${kind} ${text}`;
  let compiled = compiledTexts.get(key);
  if (compiled === undefined) {
    compiled = compileTemplate(text, kind);
    const oldest = compiledTexts.keys().next().value;
    if (compiledTexts.size >= COMPILED_AT_MOST && oldest !== undefined) compiledTexts.delete(oldest);
    compiledTexts.set(key, compiled);
  }
  return compiled;
}

function fill(
  template: MailTemplate,
  data: object,
): { outcome: 'ok'; mail: RenderedMail } | { outcome: 'faults'; faults: MailTemplateFault[] } {
  const faults: MailTemplateFault[] = [];
  const part = (field: keyof MailTemplate, kind: TemplateKind): string => {
    const compiled = compiledOnce(template[field], kind);
    const rendered: { outcome: 'ok'; text: string } | TemplateFault = compiled.outcome === 'ok' ? compiled.render(data) : compiled;
    if (rendered.outcome === 'ok') return rendered.text;
    faults.push({ field, line: rendered.line, message: rendered.message });
    return '';
  };
  const mail = {
    // A header has one line.
    subject: part('subject', 'text').replace(/\s+/g, ' ').trim(),
    text: part('bodyText', 'text'),
    html: part('bodyHtml', 'html'),
  };
  return faults.length === 0 ? { outcome: 'ok', mail } : { outcome: 'faults', faults };
}
