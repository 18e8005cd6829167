/**
 * A bare SMTP client for tests: says what it is told, byte for byte, and hands back replies. Real mail clients are used in test/journeys;
 * this one is for what they would never send.
 */
import { connect, type Socket } from 'node:net';

export interface SmtpReply {
  code: number;
  lines: string[];
}

export class SmtpClient {
  private readonly socket: Socket;
  private buffered = '';
  private lines: string[] = [];
  private readonly waiting: ((reply: SmtpReply | null) => void)[] = [];
  private readonly ready: SmtpReply[] = [];
  private closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    // Small writes go out at once; else the kernel holds back the final dot for the other side's delayed acknowledgement.
    socket.setNoDelay(true);
    socket.on('data', chunk => this.take(chunk.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      for (const waiting of this.waiting.splice(0)) waiting(null);
    });
  }

  static async open(port: number, hello = 'EHLO client.example'): Promise<SmtpClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new SmtpClient(socket);
    await client.reply();
    await client.say(hello);
    return client;
  }

  private take(text: string): void {
    this.buffered += text;
    for (let end = this.buffered.indexOf('\r\n'); end !== -1; end = this.buffered.indexOf('\r\n')) {
      const line = this.buffered.slice(0, end);
      this.buffered = this.buffered.slice(end + 2);
      this.lines.push(line);
      if (line[3] === '-') continue;
      const reply = { code: Number(line.slice(0, 3)), lines: this.lines };
      this.lines = [];
      const waiting = this.waiting.shift();
      if (waiting === undefined) this.ready.push(reply);
      else waiting(reply);
    }
  }

  /** The next reply, or null when the server hung up. */
  reply(): Promise<SmtpReply | null> {
    const ready = this.ready.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.closed) return Promise.resolve(null);
    return new Promise(resolve => this.waiting.push(resolve));
  }

  /** Writes without waiting. Resolves when the kernel has the bytes. */
  write(bytes: string | Buffer): Promise<void> {
    return new Promise(resolve => this.socket.write(bytes, () => resolve()));
  }

  async say(line: string): Promise<SmtpReply | null> {
    await this.write(`${line}\r\n`);
    return await this.reply();
  }

  /** A whole transaction. `message` is sent as it is, dots stuffed, with the final CRLF.CRLF after it. */
  async send(from: string, to: string[], message: string | Buffer): Promise<SmtpReply | null> {
    const mail = await this.say(`MAIL FROM:<${from}>`);
    if (mail?.code !== 250) return mail;
    for (const address of to) {
      const reply = await this.say(`RCPT TO:<${address}>`);
      if (reply?.code !== 250) return reply;
    }
    const data = await this.say('DATA');
    if (data?.code !== 354) return data;
    const text = Buffer.isBuffer(message) ? message.toString('latin1') : Buffer.from(message).toString('latin1');
    const stuffed = text.replace(/(^|\n)\./g, '$1..');
    await this.write(Buffer.from(`${stuffed}${stuffed.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1'));
    return await this.reply();
  }

  async quit(): Promise<void> {
    await this.say('QUIT');
    this.socket.destroy();
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.socket.destroy();
  }
}
