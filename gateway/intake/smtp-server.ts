/**
 * The only door to the library smtp-server: its settings, and the two places where it must say what we want it to.
 */

import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { REPLIES, type Reply } from './replies.ts';

export { SMTPServer, type SMTPServerOptions, type SMTPServerSession };

// More than any mail server sends between two letters; a client that plays with NOOP for hours is shown the door.
const COMMANDS_WITHOUT_LETTER = 1_000;

interface Speaking {
  send(code: number, data: string | string[], context?: string | false): void;
  _onCommand(command: Buffer, callback: () => void): void;
}

const speaking = SMTPConnection.prototype as unknown as Speaking;
const { send, _onCommand } = speaking;
const commands = new WeakMap<object, number>();

// The library puts 2.6.0 before the text of a 250 after DATA and a code of its own choice before errors. Texts of ours begin with the right
// enhanced status code (RFC 3463), so it must add none; and a reply of several lines comes to it as one text.
speaking.send = function (this: Speaking, code, data, context) {
  if (typeof data !== 'string' || !/^[245]\.\d{1,3}\.\d{1,3} /.test(data)) return send.call(this, code, data, context);
  return send.call(this, code, data.includes('\n') ? data.split('\n') : data, false);
};

// The library bounds commands it does not know, but not the ones it does.
speaking._onCommand = function (this: Speaking, command, callback) {
  const count = (commands.get(this) ?? 0) + 1;
  commands.set(this, count);
  if (count > COMMANDS_WITHOUT_LETTER) return this.send(REPLIES.tooManyCommands.code, REPLIES.tooManyCommands.text);
  if (/^(data|bdat)\b/i.test(command.subarray(0, 5).toString('latin1'))) commands.set(this, 0);
  return _onCommand.call(this, command, callback);
};

/** The connections open now, with what each has sent so far. */
export function connectionsOf(server: SMTPServer): { session: SMTPServerSession; bytesRead: number; showOut(reply: Reply): void }[] {
  const open = server.connections as unknown as Set<Speaking & { session: SMTPServerSession; _socket?: { bytesRead: number } }>;
  return [...open].map(connection => ({
    session: connection.session,
    bytesRead: connection._socket?.bytesRead ?? 0,
    showOut: reply => connection.send(reply.code, reply.text),
  }));
}

/** A reply as the error that the library turns into it. */
export function asError(reply: Reply): Error {
  return Object.assign(new Error(reply.text), { responseCode: reply.code });
}
