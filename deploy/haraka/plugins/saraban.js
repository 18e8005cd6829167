/**
 * Haraka hands letters to Saraban, and says 250 only with Saraban's 250 and its number.
 *
 * At RCPT TO the register is asked over LMTP whether the address is one of its own; the same LMTP session takes the letter at the end of DATA. Nothing is
 * queued here: whatever is not in the register stays with its sender, who hears Saraban's own reply. XFORWARD names the client, so that Saraban judges
 * it and not Haraka; `add_received = false` in connection.ini keeps the bytes as they came, so that a letter sent again is known again.
 *
 * Runs inside Haraka (CommonJS, as its plugins are). config/saraban.ini says where Saraban listens.
 */

const net = require('node:net');

const MOST_REPLY = 64 * 1024;

exports.register = function () {
  const load = () => {
    const { main } = this.config.get('saraban.ini', load);
    this.cfg = {
      host: main.host || '127.0.0.1',
      port: Number(main.port) || 2424,
      // Saraban's own limits are shorter; a register that is silent for longer is away.
      timeout: (Number(main.timeout) || 120) * 1000,
    };
  };
  load();
  this.register_hook('rcpt', 'ask_register');
  this.register_hook('queue', 'hand_over');
  this.register_hook('reset_transaction', 'hang_up');
  this.register_hook('disconnect', 'hang_up');
};

/** Is the address one of the register's? Saraban's answer is the client's answer. */
exports.ask_register = async function (next, connection, params) {
  const transaction = connection.transaction;
  if (!transaction) return next();
  try {
    const session = transaction.notes.saraban ?? (await this.begin(connection));
    transaction.notes.saraban = session;
    const reply = await session.say(`RCPT TO:<${plain(params[0])}>`);
    if (reply.code >= 200 && reply.code < 300) {
      session.recipients.push(plain(params[0]));
      return next(OK, reply.text);
    }
    next(reply.code >= 500 ? DENY : DENYSOFT, told(reply));
  } catch (error) {
    connection.logerror(`the register was not asked: ${error.message}`, this);
    next(DENYSOFT, '4.3.0 the register cannot be reached just now, please try again');
  }
};

/** The letter itself. Several recipients get one answer in SMTP: 250 only when every one of them is registered. */
exports.hand_over = async function (next, connection) {
  const transaction = connection.transaction;
  const session = transaction?.notes.saraban;
  if (!session || session.recipients.length === 0) return next();
  try {
    const replies = await session.send(transaction.message_stream);
    const failed = replies.find(reply => reply.code < 200 || reply.code >= 300);
    for (const [at, reply] of replies.entries()) connection.loginfo(`${session.recipients[at]}: ${reply.code} ${reply.text}`, this);
    if (failed === undefined) {
      const texts = [...new Set(replies.map(reply => reply.text))];
      return next(OK, texts.join('; '));
    }
    // Sent again it gets the same numbers where it has one already, so a soft refusal loses nothing and doubles nothing.
    const anySoft = replies.some(reply => reply.code >= 400 && reply.code < 500);
    next(anySoft ? DENYSOFT : DENY, told(failed));
  } catch (error) {
    connection.logerror(`the letter was not handed over: ${error.message}`, this);
    next(DENYSOFT, '4.3.0 the register cannot be reached just now, please try again');
  }
};

exports.hang_up = (next, connection) => {
  connection.transaction?.notes.saraban?.close();
  next();
};

/** Opens the session and says who sends: LHLO, XFORWARD, MAIL FROM. */
exports.begin = async function (connection) {
  const session = new Session(this.cfg);
  try {
    must(await session.reply());
    const hello = must(await session.say(`LHLO ${connection.local?.host || 'haraka'}`));
    if (/^XFORWARD\b/im.test(hello.text)) must(await session.say(`XFORWARD ${clientOf(connection)}`));
    const { mail_from: from } = connection.transaction;
    const utf8 = /^SMTPUTF8$/im.test(hello.text) && /[^\x00-\x7f]/.test(from.address) ? ' SMTPUTF8' : '';
    must(await session.say(`MAIL FROM:<${plain(from)}>${utf8}`));
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
};

function must(reply) {
  if (reply.code >= 400) throw new Error(`${reply.code} ${reply.text}`);
  return reply;
}

function told(reply) {
  return reply.text.split('\n')[0];
}

/** The address as it stood between the angle brackets; '' is the null return path. */
function plain(address) {
  return address.format().replace(/^<|>$/g, '');
}

/** The client in XFORWARD's attributes; xtext of RFC 3461 section 4. */
function clientOf(connection) {
  const { remote, hello } = connection;
  const address = net.isIPv6(remote.ip) ? `IPV6:${remote.ip}` : remote.ip;
  const named = remote.host && !/^(NXDOMAIN|DNSERROR|Unknown)$/i.test(remote.host) ? remote.host : '[UNAVAILABLE]';
  const attributes = { NAME: named, ADDR: address, PROTO: hello?.verb === 'EHLO' ? 'ESMTP' : 'SMTP', HELO: hello?.host || '[UNAVAILABLE]' };
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${xtext(value)}`)
    .join(' ');
}

function xtext(value) {
  return Buffer.from(value, 'utf8')
    .toString('latin1')
    .replace(/[^\x21-\x2a\x2c-\x3c\x3e-\x7e]/g, char => `+${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** One LMTP session (RFC 2033). Every wait ends: with a reply, with the time limit, or with the connection. */
class Session {
  constructor({ host, port, timeout }) {
    this.recipients = [];
    this.waiting = [];
    this.replies = [];
    this.text = '';
    this.ended = null;
    this.socket = net.connect({ host, port });
    this.socket.setTimeout(timeout);
    this.socket.on('data', bytes => this.hear(bytes.toString('utf8')));
    this.socket.on('timeout', () => this.end(new Error('no answer in time')));
    this.socket.on('error', error => this.end(error));
    this.socket.on('close', () => this.end(new Error('the connection was closed')));
  }

  hear(text) {
    this.text += text;
    if (this.text.length > MOST_REPLY) return this.end(new Error('an endless reply'));
    for (;;) {
      // A reply is lines of the same code; the last has a blank behind it (RFC 5321 section 4.2.1).
      const whole = /^(?:\d{3}-[^\n]*\n)*(\d{3})(?: [^\n]*)?\r?\n/.exec(this.text);
      if (whole === null) return;
      this.text = this.text.slice(whole[0].length);
      const lines = whole[0].trimEnd().split(/\r?\n/);
      const reply = { code: Number(whole[1]), text: lines.map(line => line.slice(4)).join('\n') };
      const next = this.waiting.shift();
      if (next) next.resolve(reply);
      else this.replies.push(reply);
    }
  }

  end(error) {
    this.ended ??= error;
    for (const one of this.waiting.splice(0)) one.reject(this.ended);
    this.socket.destroy();
  }

  reply() {
    const heard = this.replies.shift();
    if (heard !== undefined) return Promise.resolve(heard);
    if (this.ended !== null) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  say(line) {
    // Nothing that a stranger wrote may become a second command.
    if (/[\r\n\0]/.test(line)) return Promise.reject(new Error('a line break in a command'));
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }

  /** @returns one reply for each recipient, in their order (RFC 2033 section 4.2) */
  async send(stream) {
    const go = await this.say('DATA');
    if (go.code !== 354) return this.recipients.map(() => go);
    stream.pipe(this.socket, { dot_stuffed: false, ending_dot: true, end: false });
    const replies = [];
    for (const _ of this.recipients) replies.push(await this.reply());
    return replies;
  }

  close() {
    if (this.ended !== null) return;
    this.socket.end('QUIT\r\n');
    this.ended = new Error('hung up');
  }
}
