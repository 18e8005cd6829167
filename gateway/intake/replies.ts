/**
 * What the gateway says over SMTP: one table, so that every code stands beside its reason (RFC 5321 section 4.2, RFC 3463).
 * 5xx tells the sender for good; whatever is our fault is 4xx, and the letter stays with the sender (I1).
 */

import type { Entered } from '../../register/enter.ts';
import { writeNumber } from '../../register/number.ts';

export interface Reply {
  code: number;
  /** Starts with its enhanced status code. ASCII alone: few clients announced SMTPUTF8. */
  text: string;
}

const reply = (code: number, text: string): Reply => ({ code, text });

export const REPLIES = {
  unknownRecipient: reply(550, "5.1.1 no such address here; the central address is listed on the agency's web page"),
  agencyLeft: reply(550, '5.1.6 this agency has left this system'),
  agencySuspended: reply(450, '4.2.1 this agency is suspended just now; please try again later'),
  tooLarge: (limit: number) => reply(552, `5.3.4 letter larger than ${limit} bytes`),
  diskFloor: reply(452, '4.3.1 too little disk space left; please try again later'),
  bareLf: reply(554, '5.6.0 bare LF or CR in the letter (RFC 5321 section 2.3.8); lines must end with CRLF'),
  tooManyRecipients: reply(452, '4.5.3 too many recipients; send to the rest in a further transaction'),
  tooManyConnections: reply(421, '4.7.0 too many connections from your address; please try again later'),
  tooManyLetters: reply(421, '4.7.0 enough for one connection; please connect again'),
  tooManyCommands: reply(421, '4.7.0 too many commands without a letter; please connect again'),
  tooSlow: reply(421, '4.4.2 nothing but waiting on this connection; please connect again'),
  brokenOff: reply(451, '4.4.2 connection broken off'),
  closing: reply(421, '4.3.2 closing down; please try again in a moment'),
  database: reply(451, '4.3.0 the register cannot be reached just now; please try again later'),
  disk: reply(452, '4.3.1 cannot store the letter just now; please try again later'),
  noDns: reply(451, '4.4.3 your domain could not be verified just now (no answer from DNS); please try again later'),
  /** In ASCII, for few clients announced SMTPUTF8: English, and Thai in the Royal Institute's romanisation, with the phone of those who decided. */
  senderRefused: (agency: string, phone: string) => {
    const ask = phone === '' ? '' : `; please phone ${asciiWords(phone)} (prot tho ${asciiWords(phone)})`;
    const by = agency === '' ? 'this agency' : asciiWords(agency);
    return reply(550, `5.7.1 mail from this sender is not accepted by ${by} / mai rap chotmai chak phu song ni${ask}`);
  },
  ourFault: reply(451, '4.3.0 a fault of ours; please try again later'),
} as const;

// RFC 5321 section 4.5.3.1.5: a reply line has 512 octets at most, code and line end included.
const LINE = 480;

/**
 * The reply that ends a transaction, after the register has committed.
 * @param outcomes - one an agency addressed, with the address its sender used
 * @returns `2.0.0 registered 17/2569 id=…`; with several agencies every number beside its address, on several lines when they do not fit one
 */
export function finalReply(id: string, outcomes: { entered: Entered; address: string }[]): Reply {
  const numbers = outcomes.flatMap(({ entered, address }) =>
    entered.outcome === 'entered' ? [{ number: writeNumber(entered), address }] : [],
  );
  const [only] = numbers;
  if (only === undefined) return reply(250, `2.0.0 accepted id=${id}`);
  if (numbers.length === 1 && outcomes.length === 1) return reply(250, `2.0.0 registered ${only.number} id=${id}`);
  const named = numbers.map(({ number, address }) => `${number} <${ascii(address)}>`);
  const oneLine = `2.0.0 registered ${named.join(', ')} id=${id}`;
  if (oneLine.length <= LINE) return reply(250, oneLine);
  return reply(250, named.map((name, index) => `2.0.0 registered ${name}${index === named.length - 1 ? ` id=${id}` : ''}`).join('\n'));
}

function ascii(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 200);
}

function asciiWords(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
