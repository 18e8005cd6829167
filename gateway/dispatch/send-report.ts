/**
 * Works 'send-report': mails a closed day to the head and the auditor, a certificate of a proven copy to whoever looks after the copies, an alarm of the night to the
 * provider. Queued by register/close-day.ts and backup/; each recipient's mail is sent by send-mail.ts. Who gets what stands in the settings (register/office/reports.ts).
 * A closed day that lies in somebody's mailbox cannot be rewritten here unseen: that is half of what the mail is for.
 */
import { createHash } from 'node:crypto';
import { insertAct } from '../../register/act/queries.ts';
import { SEAL_FILE, SEAL_SIGNATURE, type SealFile } from '../../register/close/day-format.ts';
import { selectClassifiedSince } from '../../register/close/queries.ts';
import type { Transaction } from '../../register/db/connect.ts';
import { inAgency } from '../../register/db/transaction.ts';
import type { Payloads, Report } from '../../register/jobs/queues.ts';
import { type Reports, reportsOf } from '../../register/office/reports.ts';
import { type RenderedMail, renderReport } from '../../register/template/mail.ts';
import { alarmData, certificateMailData, closedDayData } from '../../register/template/report.ts';
import { type GatewayContext, THE_GATEWAY } from './context.ts';
import { composeMail } from './mailer.ts';
import { domainOf } from './notify.ts';
import { queueMail } from './queue-mail.ts';
import {
  type ReportSender,
  selectAdministrators,
  selectCertificateToReport,
  selectDayToReport,
  selectReportSender,
} from './send-report-queries.ts';
import { newToken, returnPath } from './token.ts';

/** Mailboxes of agencies often take 10 MB, which is less of files, for a mail writes them a third longer. What does not fit is in the register. */
const MOST_ATTACHED = 7_000_000;

/** Takes from the settings who gets the report, and makes it. */
interface ReportMail {
  /** The same for the same report, whatever happens in between. */
  key: string;
  recipients: string[];
  words: RenderedMail;
  parts: { name: string; contentType: string; sha256: string }[];
}

/** Without recipients, or without an address to send from, nothing is sent: the pages show everything that a report says. */
export function sendReportHandler(context: GatewayContext): (report: Payloads['send-report']) => Promise<void> {
  return async report => {
    await inAgency(context.db, report.agencyId, THE_GATEWAY, async tx => {
      const { settings, sender } = await selectReportSender(tx, report.agencyId);
      const facts = { agency: report.agencyId, report: report.report };
      if (sender === null) {
        context.log.warn(facts, 'a report has no address to come from');
        return;
      }
      const mail = await reportMail(tx, context, report, sender, reportsOf(settings.reports));
      if (mail === null || mail.recipients.length === 0) {
        context.log.info(facts, mail === null ? 'the report is gone' : 'nobody is named to get the report');
        return;
      }
      const parts = await Promise.all(
        mail.parts.map(async ({ sha256, ...part }) => ({ ...part, content: await context.store.read(sha256) })),
      );
      const queued: { mailId: string; recipient: string }[] = [];
      for (const recipient of mail.recipients) {
        const mailId = await queueOne(tx, context, report.agencyId, sender, recipient, mail, parts);
        if (mailId !== null) queued.push({ mailId, recipient });
      }
      if (queued.length === 0) return;
      const detail = { report: report.report, about: mail.key, mails: queued };
      await insertAct(tx, { agencyId: report.agencyId, ...THE_GATEWAY }, context.now(), {
        register: 'office',
        kind: 'report-queued',
        detail,
      });
      context.log.info({ ...facts, mails: queued.map(one => one.mailId) }, 'report queued');
    });
  };
}

async function queueOne(
  tx: Transaction,
  context: GatewayContext,
  agencyId: number,
  sender: ReportSender,
  recipient: string,
  mail: ReportMail,
  parts: { name: string; contentType: string; content: Buffer }[],
): Promise<string | null> {
  const seed = `report-${createHash('sha256').update(`${mail.key}\n${recipient.toLowerCase()}`).digest('hex').slice(0, 32)}`;
  const headerMessageId = `<${seed}@${domainOf(sender.address)}>`;
  const bytes = await composeMail({
    from: { name: sender.nameTh, address: sender.address },
    to: { name: '', address: recipient },
    ...mail.words,
    images: [],
    parts,
    messageId: headerMessageId,
    date: context.now(),
    inReplyTo: null,
    references: [],
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    seed,
  });
  const token = newToken();
  // The provider's mail leaves by an agency's address: its bounce would come to that agency, which has no business with it.
  const envelopeFrom = agencyId === 0 ? '' : returnPath(sender.address, token);
  return await queueMail(tx, context, {
    agencyId,
    kind: 'report',
    entryId: null,
    routeId: null,
    envelopeFrom,
    recipient,
    headerMessageId,
    token,
    bytes,
  });
}

async function reportMail(
  tx: Transaction,
  context: GatewayContext,
  report: Report,
  sender: ReportSender,
  to: Reports,
): Promise<ReportMail | null> {
  const { webUrl } = context.settings;
  const copies = `${webUrl}${report.agencyId === 0 ? '/provider/copies' : '/copies'}`;
  if (report.report === 'closed-day') return await closedDay(tx, context, report, sender, to);
  if (report.report === 'certificate') {
    const certificate = await selectCertificateToReport(tx, report.certificateId);
    if (certificate === null) return null;
    const { json, pdf, ...about } = certificate;
    const name = `certificate-${about.at.toISOString().slice(0, 10)}`;
    const files = [
      ...(pdf === null ? [] : [{ name: `${name}.pdf`, contentType: 'application/pdf', ...pdf }]),
      { name: `${name}.json`, contentType: 'application/json', ...json },
    ];
    return {
      key: `certificate ${report.certificateId}`,
      recipients: once(to.backup),
      words: renderReport('report-certificate', certificateMailData(sender, { ...about, sha256: json.sha256 }, copies)),
      parts: fitting(files),
    };
  }
  // A mailbox elsewhere is the agency's own matter: without others named, those hear of it who can look after it.
  const mailbox = report.code === 'mailbox' && report.agencyId > 0;
  const named = to.alarm.length > 0 || mailbox ? to.alarm : to.backup;
  return {
    key: `alarm ${report.code} ${report.at}`,
    recipients: once(mailbox && named.length === 0 ? await selectAdministrators(tx) : named),
    words: renderReport(
      'report-alarm',
      alarmData(sender, { ...report, at: new Date(report.at) }, mailbox ? `${webUrl}/settings/mailboxes` : copies),
    ),
    parts: [],
  };
}

async function closedDay(
  tx: Transaction,
  context: GatewayContext,
  report: Extract<Report, { report: 'closed-day' }>,
  sender: ReportSender,
  to: Reports,
): Promise<ReportMail | null> {
  const day = await selectDayToReport(tx, report.ordinal);
  if (day === null) return null;
  // A letter may have been found classified since the day was closed: its files tell of it, and must not leave the house any more (I10).
  const closedSince = (await selectClassifiedSince(tx, [report.ordinal])).length > 0;
  const seals = [SEAL_FILE, SEAL_SIGNATURE];
  const wanted = day.files.filter(file => seals.includes(file.name) || (!closedSince && file.contentType === 'application/pdf'));
  // The seal and its signature are small, and the proof.
  const parts = fitting(wanted.sort((a, b) => Number(seals.includes(b.name)) - Number(seals.includes(a.name))));
  const books = day.books.map(book => ({ ...book, register: book.register as 'receive' | 'send' }));
  const leftOut = closedSince || parts.length < wanted.length;
  const reported = { ...day, ordinal: report.ordinal, books, missing: await missingFiles(context, day.seal), leftOut };
  return {
    key: `closed-day ${report.agencyId} ${report.ordinal}`,
    recipients: once([...to.head, ...to.auditor]),
    words: renderReport('report-closed-day', closedDayData(sender, reported, context.settings.webUrl)),
    // The signature names the seal's file, so these two keep their names.
    parts: parts.map(part => (seals.includes(part.name) ? part : { ...part, name: `${day.day}-${part.name}` })),
  };
}

async function missingFiles(context: GatewayContext, seal: string): Promise<string[]> {
  return (JSON.parse((await context.store.read(seal)).toString('utf8')) as SealFile).missing;
}

/** As many files as a mailbox takes, in their order. */
function fitting<F extends { size: number; name: string; contentType: string; sha256: string }>(files: F[]): F[] {
  let room = MOST_ATTACHED;
  return files.filter(file => {
    if (file.size > room) return false;
    room -= file.size;
    return true;
  });
}

function once(addresses: string[]): string[] {
  return [...new Map(addresses.map(address => [address.toLowerCase(), address])).values()];
}
