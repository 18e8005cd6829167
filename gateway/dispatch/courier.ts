/**
 * What a courier is: the way our mail leaves. capture.ts keeps it on this machine, relay.ts hands it to one relay, direct.ts to the recipients'
 * own servers. send-mail.ts gives a courier the bytes and a gate, and settles the row by what comes back.
 */
import type { Readable } from 'node:stream';

export interface Outgoing {
  /** Of the row in `mail`; the same at every try. */
  id: string;
  agencyId: number;
  /** '' is the null return path. */
  envelopeFrom: string;
  recipient: string;
  size: number;
  /** Delivery reports are asked for with this envelope id where the server offers them (RFC 3461); null asks for none. */
  dsn: { envelopeId: string } | null;
  /** The bytes, afresh at every call. */
  open(): Readable;
}

/**
 * Called right before the point of no return (the final dot; the rename of the captured file). It commits that the mail is being sent.
 * False: another worker got ahead, or the row was settled; the courier must break off.
 */
export type Gate = () => Promise<boolean>;

export type Delivery =
  | { outcome: 'sent'; reply: string }
  /** Refused for good. */
  | { outcome: 'failed'; reply: string }
  /** Surely not taken; may be tried again. */
  | { outcome: 'deferred'; reply: string }
  /** The gate was passed and no answer came: taken or not, nobody knows. */
  | { outcome: 'unknown'; reply: string }
  /** The gate stayed shut. */
  | { outcome: 'shut' };

export interface Courier {
  deliver(mail: Outgoing, gate: Gate): Promise<Delivery>;
  /** For a mail whose gate was passed before a crash: what really became of it. */
  whatBecameOf(mail: Pick<Outgoing, 'id' | 'agencyId'>): Promise<'sent' | 'not-sent' | 'unknown'>;
}
