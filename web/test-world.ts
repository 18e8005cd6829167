/**
 * For the tests of the web: a fresh database with two agencies, people, units, tokens and letters that came and were read, behind a real HTTP server.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { THE_APPLIANCE } from '../register/db/transaction.ts';
import type { InboundMessage, Judgement } from '../register/enter.ts';
import { finishReading } from '../register/finish-reading.ts';
import { addToken } from '../register/office/tokens.ts';
import type { Officer, Role } from '../register/officer.ts';
import { createWriter } from '../register/one-writer.ts';
import { createPrinter } from '../register/print/print.ts';
import { createReader } from '../register/reading/reader.ts';
import { openSecretBox, secretsKeyFile } from '../register/seal/secret-box.ts';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import type { WebContext } from './context.ts';
import { type Application, createApplication } from './http.ts';

export const WEB_URL = 'http://register.example';

export interface World {
  fresh: FreshDatabase;
  context: WebContext;
  /** Two agencies with the same inside. */
  red: TestAgency;
  blue: TestAgency;
  /** Lets time pass. */
  clock: { now: Date };
  /** What was logged as an error. */
  errors: object[];
  enter(agency: TestAgency, raw: string, change?: Partial<InboundMessage>, judgement?: Judgement): Promise<Entered>;
  token(agency: TestAgency, role: Exclude<Role, 'provider'>, options?: { unitIds?: string[]; expiresAt?: Date }): Promise<string>;
  /** Serves what `mount` puts into an application. @returns the address, without a slash at the end */
  serve(mount: (app: Application) => void | Promise<void>): Promise<string>;
  close(): Promise<void>;
}

export interface TestAgency {
  id: number;
  code: string;
  administrator: Officer;
  unitIds: { finance: string; works: string };
}

export interface Entered {
  messageId: string;
  entryId: string;
  number: number;
  year: number;
  sha256: string;
}

export async function openWorld(): Promise<World> {
  const fresh = await freshDatabase();
  const clock = { now: new Date('2026-11-22T03:00:00.000Z') };
  const now = () => clock.now;
  const errors: object[] = [];
  const log = { info: () => {}, warn: () => {}, error: (fields: object) => void errors.push(fields) };
  const settings = { host: '127.0.0.1', webPort: 0, webUrl: WEB_URL, data: fresh.folder, ownNetworks: [] };
  const readiness = async () => ({ ready: true, parts: {} });
  const printer = createPrinter();
  const context: WebContext = {
    db: fresh.db,
    jobs: fresh.jobs,
    store: fresh.store,
    now,
    settings,
    log,
    printer,
    readiness,
    box: await openSecretBox(secretsKeyFile(fresh.folder)),
  };
  const reader = createReader({ threads: 1 });
  const writer = createWriter(fresh.db, fresh.jobs, now);
  const servers: ReturnType<typeof createServer>[] = [];

  const agency = async (code: string): Promise<TestAgency> => {
    const id = await addTestAgency(fresh.db, code);
    const administrator: Officer = { ...THE_APPLIANCE, agencyId: id, role: 'administrator', unitIds: [], appointed: true };
    return {
      id,
      code,
      administrator,
      unitIds: { finance: await addTestUnit(fresh.db, id, 'finance'), works: await addTestUnit(fresh.db, id, 'works') },
    };
  };

  return {
    fresh,
    context,
    clock,
    errors,
    red: await agency('red'),
    blue: await agency('blue'),
    async enter(to, raw, change = {}, judgement = { disposition: 'letter' }) {
      const { sha256, size } = await fresh.store.put(Buffer.from(raw));
      const message: InboundMessage = {
        id: randomUUID(),
        sha256,
        size,
        receivedAt: now(),
        envelopeFrom: 'somchai@sender.example',
        peer: { address: '192.0.2.1', name: '', helo: 'sender.example', protocol: 'ESMTP', tls: null },
        headerMessageId: '<1@sender.example>',
        subject: 'ขอเชิญประชุม',
        fromName: 'สมชาย ใจดี',
        fromAddress: 'somchai@sender.example',
        urgency: 'normal',
        secrecy: 'normal',
        notes: [],
        trust: { spf: 'pass', dkim: 'none', dmarc: 'none' },
        addressees: [{ agencyId: to.id, addresses: [`saraban+finance@${to.code}.example`], judgement }],
        ...change,
      };
      const [entered] = await writer.enter(message);
      if (entered === undefined) throw new Error('not entered');
      await finishReading({ db: fresh.db, jobs: fresh.jobs, store: fresh.store, reader, now }, { agencyId: to.id, messageId: message.id });
      const letter = entered.outcome === 'entered' ? entered : { entryId: '', number: 0, year: 0 };
      return { messageId: message.id, sha256, entryId: letter.entryId, number: letter.number, year: letter.year };
    },
    async token(of, role, options = {}) {
      const outcome = await addToken(context, of.administrator, {
        name: `test ${role}`,
        role,
        unitIds: options.unitIds ?? [],
        expiresAt: options.expiresAt ?? null,
      });
      if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
      return outcome.token;
    },
    async serve(mount) {
      const app = createApplication();
      await mount(app);
      const server = createServer(app);
      servers.push(server);
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise(resolve => server.close(resolve));
      }
      await reader.close();
      await printer.close();
      await fresh.close();
    },
  };
}

/** A letter with a PDF and a text file; `mark` makes its bytes its own. */
export function letterWithFiles(mark: string): string {
  const pdf = Buffer.from(`%PDF-1.4 ${mark}`).toString('base64');
  return [
    'From: =?UTF-8?B?4Liq4Lih4LiK4Liy4Lii?= <somchai@sender.example>',
    'To: saraban@red.example',
    `Message-ID: <${mark}@sender.example>`,
    'Subject: =?UTF-8?B?4LiC4Lit4LmA4LiK4Li04LiN4Lib4Lij4Liw4LiK4Li44Lih?=',
    'Date: Sun, 22 Nov 2026 10:00:00 +0700',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    `เรียน นายกเทศมนตรี ${mark}`,
    '--b',
    'Content-Type: application/pdf; name="letter.pdf"',
    'Content-Disposition: attachment; filename="letter.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    pdf,
    '--b',
    `Content-Type: text/html; name="evil.html"`,
    'Content-Disposition: attachment; filename="evil.html"',
    '',
    `<script>alert("${mark}")</script>`,
    '--b--',
    '',
  ].join('\r\n');
}
