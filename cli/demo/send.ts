/** Sends the demo's letters as any mail server would: through the SMTP port of the running appliance, one connection a letter. */
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import type { Settings } from '../../config/settings.ts';
import { deliverBySmtp } from '../../gateway/dispatch/mailer.ts';
import { Failure } from '../../register/failure.ts';
import type { DemoLetter } from './letters.ts';

export type SmtpPort = { host: string; port: number };

export type SentLetter = {
  /** What stands before the dot in its Message-ID: 'dla-1590'. */
  key: string;
  what: string;
  from: string;
  to: string;
  /** The server's last words. */
  reply: string;
  accepted: boolean;
  /** Of the message in the register; null when it was not accepted. */
  messageId: string | null;
};

/** Where the appliance of these settings takes mail, as this machine reaches it. @throws Failure `no-port` when the port was chosen freely */
export function smtpPortOf(settings: Settings, port: number | null): SmtpPort {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = everywhere[settings.host] ?? settings.host;
  if (port !== null) return { host, port };
  if (settings.smtpPort !== 0) return { host, port: settings.smtpPort };
  throw new Failure({
    code: 'no-port',
    temporary: false,
    message: 'the SMTP port was chosen freely',
    userMessage: {
      th: 'SARABAN_SMTP_PORT เป็น 0 จึงไม่ทราบพอร์ต โปรดระบุ --port ตามที่ระบบแสดงเมื่อเริ่ม',
      en: 'SARABAN_SMTP_PORT is 0: say with --port which one the appliance showed when it started.',
    },
  });
}

/** @throws Failure `nothing-listens` */
export async function mustListen(at: SmtpPort): Promise<void> {
  const reached = await new Promise<boolean>(resolve => {
    const socket = connect({ ...at, timeout: 5_000 });
    const answer = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });
  if (reached) return;
  const where = `${at.host}:${at.port}`;
  throw new Failure({
    code: 'nothing-listens',
    temporary: false,
    message: `nothing listens on ${where}`,
    userMessage: {
      th: `ไม่มีระบบรับจดหมายที่ ${where} โปรดเริ่มระบบด้วย npm start แล้วสั่ง npx saraban demo จากอีกหน้าต่างหนึ่ง`,
      en: `Nothing listens on ${where}: start the appliance with npm start, then run npx saraban demo in another window.`,
    },
  });
}

/** Never throws for what the network or the server does: it is the reply. */
export async function sendLetter(at: SmtpPort, address: string, letter: DemoLetter): Promise<SentLetter> {
  const to = letter.tag === '' ? address : address.replace('@', `+${letter.tag}@`);
  const target = { ...at, secure: false, name: hostname(), serverName: '', checkCertificate: false, login: null };
  const mail = {
    id: 'demo',
    agencyId: 0,
    envelopeFrom: letter.from,
    recipient: to,
    size: letter.message.length,
    dsn: null,
    open: () => Readable.from([letter.message]),
  };
  const delivery = await deliverBySmtp(target, mail, async () => true);
  const reply = 'reply' in delivery ? delivery.reply : '';
  const accepted = delivery.outcome === 'sent';
  const messageId = accepted ? (/\bid=([0-9a-f-]{36})\b/.exec(reply)?.[1] ?? null) : null;
  return { key: keyOf(letter), what: letter.what, from: letter.from, to, reply, accepted, messageId };
}

function keyOf(letter: DemoLetter): string {
  return /^Message-ID: <([^.@]+)/im.exec(letter.message.subarray(0, 8192).toString('latin1'))?.[1] ?? '';
}
