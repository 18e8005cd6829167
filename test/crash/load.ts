/**
 * A stubborn sender for the crash tests: keeps sending letters, writes down every 250, and sends again, byte for byte, whatever got none,
 * as a mail server does. What it wrote down is then held against the register.
 */
import { createHash } from 'node:crypto';
import { SmtpClient } from '../smtp-client.ts';

export interface Promised {
  sha256: string;
  number: number;
  year: number;
}

export interface Sender {
  /** Every 250 that was heard, also those for the same bytes sent again. */
  promised: Promised[];
  /** No new letters; what got no answer is sent until it is answered. Resolves when everything was. */
  finish(): Promise<void>;
}

/** @param portNow - asked before each connection: the appliance may come back on another port */
export function startSender(options: { connections: number; to: string; name: string; portNow: () => number }): Sender {
  const promised: Promised[] = [];
  let ending = false;
  let count = 0;

  async function connection(): Promise<void> {
    let letter: string | null = null;
    while (!ending || letter !== null) {
      letter ??= makeLetter(`${options.name} ${count++}`, options.to);
      if (await deliver(letter)) letter = null;
    }
  }

  async function deliver(letter: string): Promise<boolean> {
    try {
      const client = await SmtpClient.open(options.portNow());
      const reply = await client.send('sender@load.example', [options.to], letter);
      client.destroy();
      const found = /registered (\d+)\/(\d+) id=/.exec(reply?.lines[0] ?? '');
      if (reply?.code !== 250 || found === null) {
        if (reply !== null && reply.code >= 500) throw new Error(`refused for good: ${reply.lines[0]}`);
        await breath();
        return false;
      }
      promised.push({ sha256: createHash('sha256').update(letter).digest('hex'), number: Number(found[1]), year: Number(found[2]) });
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('refused')) throw error;
      await breath();
      return false;
    }
  }

  const running = Array.from({ length: options.connections }, connection);
  return {
    promised,
    async finish() {
      ending = true;
      await Promise.all(running);
    },
  };
}

/** A mail server would wait minutes; this one only gives way to others. */
function breath(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 20));
}

function makeLetter(subject: string, to: string): string {
  return `From: Sender <sender@load.example>\r\nTo: <${to}>\r\nSubject: ${subject}\r\nMessage-ID: <${createHash('sha1').update(subject).digest('hex')}@load.example>\r\n\r\n${'line of the letter\r\n'.repeat(40)}`;
}
