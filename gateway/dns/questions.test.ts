import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createQuestions, type Questions } from './questions.ts';

// A name server of some answers, in the wire format of RFC 1035: so that what node:dns makes of them is seen too.
const TYPES: Record<number, string> = { 1: 'A', 15: 'MX', 16: 'TXT', 12: 'PTR', 28: 'AAAA', 257: 'CAA' };
const name = (text: string) =>
  Buffer.concat([...text.split('.').map(label => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])]);
const ANSWERS: Record<string, Buffer[]> = {
  'MX agency.example': [Buffer.concat([Buffer.from([0, 10]), name('mail.agency.example')])],
  'A mail.agency.example': [Buffer.from([192, 0, 2, 25])],
  'TXT agency.example': [Buffer.concat(['v=spf1 mx ', '-all'].map(part => Buffer.from([part.length, ...Buffer.from(part)])))],
  'PTR 25.2.0.192.in-addr.arpa': [name('mail.agency.example')],
  'CAA agency.example': [Buffer.from([0, 5, ...Buffer.from('issue'), ...Buffer.from('letsencrypt.org')])],
};

let dns: Socket;
let mail: Server;
let questions: Questions;
beforeAll(async () => {
  dns = createSocket('udp4');
  dns.on('message', (query, from) => {
    let at = 12;
    const labels: string[] = [];
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const type = query.readUInt16BE(at + 1);
    const asked = labels.join('.');
    if (asked === 'silent.example') return;
    const records = ANSWERS[`${TYPES[type]} ${asked}`] ?? [];
    const exists = records.length > 0 || Object.keys(ANSWERS).some(key => key.endsWith(` ${asked}`));
    const head = Buffer.from(query.subarray(0, at + 5));
    head.writeUInt16BE(exists ? 0x8580 : 0x8583, 2);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);
    const answers = records.map(data => {
      const record = Buffer.alloc(12);
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(type, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(60, 6);
      record.writeUInt16BE(data.length, 10);
      return Buffer.concat([record, data]);
    });
    dns.send(Buffer.concat([head, ...answers]), from.port, from.address);
  });
  await new Promise<void>(resolve => dns.bind(0, '127.0.0.1', resolve));
  mail = createServer(socket => socket.on('error', () => {}).end('220 mail.agency.example ESMTP\r\n', () => socket.destroySoon()));
  await new Promise<void>(resolve => mail.listen(0, '127.0.0.1', resolve));
  const port = mail.address();
  questions = createQuestions([`127.0.0.1:${dns.address().port}`], typeof port === 'object' && port !== null ? port.port : 0);
});
afterAll(async () => {
  dns.close();
  await new Promise(resolve => mail.close(resolve));
});

it('reads what a name server says', async () => {
  expect(await questions.mx('agency.example')).toEqual({ outcome: 'found', value: [{ exchange: 'mail.agency.example', priority: 10 }] });
  expect(await questions.addresses('mail.agency.example')).toEqual({ outcome: 'found', value: ['192.0.2.25'] });
  expect(await questions.texts('agency.example')).toEqual({ outcome: 'found', value: ['v=spf1 mx -all'] });
  expect(await questions.reverse('192.0.2.25')).toEqual({ outcome: 'found', value: ['mail.agency.example'] });
  expect(await questions.caa('agency.example')).toEqual({ outcome: 'found', value: [{ tag: 'issue', value: 'letsencrypt.org' }] });
});

it('tells absence from silence', async () => {
  expect(await questions.mx('nowhere.example')).toEqual({ outcome: 'none' });
  expect(await questions.texts('mail.agency.example')).toEqual({ outcome: 'none' });
  const nobody = createQuestions(['127.0.0.1:1']);
  expect(await nobody.mx('agency.example')).toMatchObject({ outcome: 'silent' });
});

it('hears a greeting, and that nobody listens', async () => {
  expect(await questions.greeting('127.0.0.1')).toEqual({ outcome: 'found', value: '220 mail.agency.example ESMTP' });
  expect(await createQuestions([], 1).greeting('127.0.0.1')).toEqual({ outcome: 'none' });
});

it('a page that is not there', async () => {
  const port = mail.address();
  // What answers there is a mail server, and no https.
  expect(await questions.page(`https://127.0.0.1:${typeof port === 'object' ? port?.port : 0}/x`)).toMatchObject({ outcome: 'silent' });
});
