/**
 * One look into a mailbox elsewhere. Each mail that is not settled yet is streamed byte for byte through receive(), as if it had come by SMTP, and only after its 250
 * is it marked and moved. watch-mailbox.ts calls this whenever there may be mail.
 *
 * The order that nothing is lost by: 250 (the register has it) → the row in mailbox_message → marked → moved. Killed anywhere in between, the next look takes it up:
 * before the row, receive() finds the same bytes under the same envelope and gives the number there is (I2); after it, only the filing is made up for.
 * One bad mail never stops the rest: it waits for its next try, with growing pauses.
 */
import type { Database } from '../../../register/db/connect.ts';
import { inAgency } from '../../../register/db/transaction.ts';
import { Failure } from '../../../register/failure.ts';
import { splitHead } from '../../../register/letter/headers.ts';
import { THE_GATEWAY } from '../../dispatch/context.ts';
import type { Envelope, IntakeLog, Received } from '../receive.ts';
import { MOST_TRIES, pauseAfter, type Settled, settledBy } from './decide.ts';
import { envelopeOf } from './envelope.ts';
import type { ImapSession, OpenedFolder } from './imap-client.ts';
import { type AccountRow, insertLeft, type KnownMail, markFiled, selectKnownMails, settleMail } from './queries.ts';

export interface FetchContext {
  db: Database;
  now: () => Date;
  log: IntakeLog;
  /** Bytes. */
  maxLetter: number;
  receive(envelope: Envelope, stream: AsyncIterable<Buffer>): Promise<Received>;
  /** Mails taken in one look at most; then other mailboxes have their turn. */
  mostALook?: number;
}

export interface Looked {
  /** Mails that were to be taken, and how many the register took. */
  found: number;
  taken: number;
  /** '' when all went well; else for people, and in no letter's words. */
  problem: string;
  /** When the first of those that wait is to be tried again. */
  nextTryAt: Date | null;
  /** Something that officers should hear of: a mail that was refused, or that fails again and again. */
  loud: boolean;
  seen: { validity: number; below: number };
  /** There is more to take now: the look ended for the others' sake. */
  more: boolean;
}

/** What the mails are marked with, so that a person who looks into the mailbox sees what became of them. */
export const ENTERED_FLAGS = ['\\Seen', '$SarabanEntered'];
export const REFUSED_FLAGS = ['\\Flagged', '$SarabanRefused'];

// The server's clock and ours may differ so far; a letter taken that lay there before is a lesser mistake than one left that came afterwards.
const CLOCKS_MS = 10 * 60_000;
const MOST_A_LOOK = 100;

/** @throws Failure `imap-away` and whatever the database throws: then the session is over, and what was settled stays so */
export async function fetchMailbox(context: FetchContext, account: AccountRow, session: ImapSession, signal: AbortSignal): Promise<Looked> {
  const folder = await session.open(account.folder);
  const same = account.seenValidity === folder.uidValidity;
  const uids = await session.uidsFrom(same ? account.seenBelow : 1);
  const look = new Look(context, account, session, folder);
  await look.learn(uids, same);
  for (const uid of uids) {
    if (signal.aborted || look.stopped || look.tired) break;
    await look.settle(uid);
  }
  return look.outcome(folder.uidNext);
}

class Look {
  stopped = false;
  private tries = 0;
  private readonly context: FetchContext;
  private readonly account: AccountRow;
  private readonly session: ImapSession;
  private readonly folder: OpenedFolder;
  private known = new Map<number, KnownMail>();
  /** UIDs that somebody has to look at again. */
  private readonly open = new Set<number>();
  private found = 0;
  private taken = 0;
  private problem = '';
  private nextTryAt: Date | null = null;
  private loud = false;

  constructor(context: FetchContext, account: AccountRow, session: ImapSession, folder: OpenedFolder) {
    this.context = context;
    this.account = account;
    this.session = session;
    this.folder = folder;
  }

  /** What is known of these mails. At the first look, and when the server has numbered its mails anew, those are set aside that lay there before the mailbox was ours. */
  async learn(uids: number[], same: boolean): Promise<void> {
    const { account, folder } = this;
    const from = uids[0];
    if (from === undefined) return;
    const rows = await this.inAgency(tx => selectKnownMails(tx, account.id, folder.uidValidity, from));
    this.known = new Map(rows.map(row => [row.uid, row]));
    const fresh = uids.filter(uid => !this.known.has(uid));
    const left = new Set<number>();
    if (account.takeSince !== null && !same && fresh.length > 0) {
      const before = account.takeSince.getTime() - CLOCKS_MS;
      for (const [uid, at] of await this.session.arrivals(fresh)) if (at.getTime() < before) left.add(uid);
      const at = this.context.now();
      if (left.size > 0) await this.inAgency(tx => insertLeft(tx, account.agencyId, account.id, folder.uidValidity, [...left], at));
    }
    for (const uid of uids) {
      const mail = this.known.get(uid);
      if (left.has(uid) || mail?.filed === true) continue;
      this.open.add(uid);
      if (mail === undefined) this.found++;
    }
  }

  async settle(uid: number): Promise<void> {
    if (!this.open.has(uid)) return;
    const mail = this.known.get(uid);
    if (mail?.state === 'entered' || mail?.state === 'refused') await this.file(uid, mail.state);
    else if (mail?.nextTryAt && mail.nextTryAt.getTime() > this.context.now().getTime()) this.waitUntil(mail.nextTryAt);
    else {
      if (mail !== undefined) this.found++;
      this.tries++;
      await this.take(uid, mail?.tries ?? 0);
    }
  }

  private async take(uid: number, tries: number): Promise<void> {
    let settled: Settled | null;
    let broken: unknown = null;
    try {
      settled = await this.hand(uid, error => {
        broken = error;
      });
    } catch (error) {
      if (!(error instanceof Failure) || !error.code.startsWith('imap-')) throw error;
      broken = error;
      settled = { state: 'later', problem: error.message };
    }
    // Somebody has moved or deleted it meanwhile.
    if (settled === null) {
      this.open.delete(uid);
      return;
    }
    if (settled.state === 'stop') {
      this.stopped = true;
      this.problem = settled.problem;
      return;
    }
    await this.write(uid, tries + 1, settled);
    // A connection that broke in the midst of a mail may have broken at that mail: it has had its try, and the others have theirs by a new connection.
    if (broken instanceof Failure && broken.code === 'imap-away') throw broken;
    if (settled.state !== 'later') await this.file(uid, settled.state);
  }

  /** Through the same door as every other letter. @returns null when it is there no more */
  private async hand(uid: number, onBroken: (error: unknown) => void): Promise<Settled | null> {
    const { account, session, context } = this;
    const bytes = await session.read(uid, context.maxLetter);
    if (bytes === null) return null;
    const first = await bytes.next();
    const start = first.done === true ? Buffer.alloc(0) : first.value;
    const { from, to } = envelopeOf(splitHead(start).head, account.address);
    async function* all(): AsyncGenerator<Buffer> {
      try {
        yield start;
        yield* bytes as AsyncGenerator<Buffer>;
      } catch (error) {
        onBroken(error);
        throw error;
      }
    }
    const peer = { address: account.host, name: account.host, helo: '', protocol: 'IMAP', tls: session.tls };
    const envelope: Envelope = { from, to: [{ address: to, agencyId: account.agencyId }], peer, judged: '', front: account.host };
    const { reply } = await context.receive(envelope, all());
    return settledBy(reply);
  }

  private async write(uid: number, tries: number, settled: Exclude<Settled, { state: 'stop' }>): Promise<void> {
    const { account, folder, context } = this;
    const now = context.now();
    const failing = settled.state === 'later' && tries >= MOST_TRIES;
    const nextTryAt = settled.state === 'later' ? new Date(now.getTime() + pauseAfter(tries)) : null;
    const problem = settled.state === 'entered' ? '' : settled.problem;
    await this.inAgency(tx =>
      settleMail(
        tx,
        account.agencyId,
        account.id,
        folder.uidValidity,
        {
          uid,
          state: failing ? 'failing' : settled.state,
          tries,
          messageId: settled.state === 'entered' ? settled.messageId : null,
          problem,
          nextTryAt,
          filed: false,
        },
        now,
      ),
    );
    if (settled.state === 'entered') this.taken++;
    if ((settled.state === 'refused' && settled.loud) || (failing && tries === MOST_TRIES)) this.loud = true;
    if (nextTryAt !== null) this.waitUntil(nextTryAt);
    const facts = { mailbox: account.id, agency: account.agencyId, uid, tries, problem };
    if (settled.state === 'entered') context.log.info({ ...facts, message: settled.messageId }, 'fetched');
    else context.log.warn(facts, settled.state === 'refused' ? 'not taken from the mailbox' : 'tried again later');
  }

  /** Marks it, and moves it where it is to be moved. When the server will not (a full mailbox), it stays, marked, and the page says so; the next look tries again. */
  private async file(uid: number, state: 'entered' | 'refused'): Promise<void> {
    const { account, session, folder } = this;
    const target = state === 'entered' ? account.doneFolder : account.failedFolder;
    try {
      await session.mark(uid, state === 'entered' ? ENTERED_FLAGS : REFUSED_FLAGS);
      if (target !== '') await session.move(uid, target);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'imap-refused') throw error;
      this.problem ||= error.userMessage.th;
      this.context.log.warn({ mailbox: account.id, agency: account.agencyId, uid, problem: error.message }, 'not filed');
      return;
    }
    await this.inAgency(tx => markFiled(tx, account.id, folder.uidValidity, uid));
    this.open.delete(uid);
  }

  get tired(): boolean {
    return this.tries >= (this.context.mostALook ?? MOST_A_LOOK);
  }

  outcome(uidNext: number): Looked {
    const { found, taken, problem, nextTryAt, loud, folder, stopped, tired } = this;
    return {
      found,
      taken,
      problem,
      nextTryAt,
      loud,
      seen: { validity: folder.uidValidity, below: lowest(uidNext, this.open) },
      more: tired && !stopped,
    };
  }

  private waitUntil(at: Date): void {
    if (this.nextTryAt === null || at < this.nextTryAt) this.nextTryAt = at;
  }

  private async inAgency<T>(work: Parameters<typeof inAgency<T>>[3]): Promise<T> {
    return await inAgency(this.context.db, this.account.agencyId, THE_GATEWAY, work);
  }
}

/** Not Math.min(...): a mailbox may hold more mails than a call takes arguments. */
function lowest(start: number, uids: Iterable<number>): number {
  let low = start;
  for (const uid of uids) if (uid < low) low = uid;
  return low;
}
