/**
 * The whole path with real peers: a mail client sends, the appliance enters and acknowledges, an officer's browser sees the letter arrive
 * and confirms it, the sender looks at the public page. Then the appliance is stopped, started again, and everything is still there.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import type { Browser, Page } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_PASSWORD, type Appliance, startAppliance, testFolder } from '../appliance.ts';
import { openBrowser, picture, signIn } from '../browser.ts';
import { SmtpClient } from '../smtp-client.ts';

interface Delivered {
  from: string | false;
  mail: ParsedMail;
}

const TO = 'saraban@tambon.example';
let place: Awaited<ReturnType<typeof testFolder>>;
let appliance: Appliance;
let relay: SMTPServer;
const mailbox: Delivered[] = [];
let browser: Browser;
let page: Page;
const pageFaults: string[] = [];

beforeAll(async () => {
  relay = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, callback) {
      simpleParser(stream).then(mail => {
        const { mailFrom } = session.envelope;
        mailbox.push({ from: mailFrom === false ? false : mailFrom.address, mail });
        callback();
      }, callback);
    },
  });
  relay.listen(0, '127.0.0.1');
  await once(relay.server, 'listening');
  place = await testFolder();
  appliance = await start();
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', error => pageFaults.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') pageFaults.push(message.text());
  });
});
afterAll(async () => {
  await browser.close();
  await appliance.stop();
  await new Promise<void>(resolve => relay.close(() => resolve()));
  await place.remove();
});

function start(): Promise<Appliance> {
  return startAppliance(place.folder, { SARABAN_RELAY: `smtp://127.0.0.1:${(relay.server.address() as AddressInfo).port}` });
}

const transport = () => createTransport({ host: '127.0.0.1', port: appliance.smtpPort, tls: { rejectUnauthorized: false } });

describe('a letter comes by mail', () => {
  const pdf = readFileSync(new URL('../../cli/demo/files/letter-dla.pdf', import.meta.url));
  let verifyUrl = '';

  it('shows up in the register without reloading, with its number', async () => {
    await signIn(page, appliance.webUrl, 'admin', ADMIN_PASSWORD);
    await page.waitForSelector('text=ทะเบียนหนังสือรับ');
    await picture(page, 'register-empty');
    const sent = await transport().sendMail({
      from: { name: 'กรมตัวอย่าง', address: 'somchai@sender.example' },
      to: TO,
      subject: 'ด่วน ขอเชิญประชุม <script>alert(1)</script>',
      text: 'ที่ มท 0808.2/ว 1590\nลงวันที่ 20 พฤศจิกายน 2569\nเรียน นายกเทศมนตรี\n\nขอเชิญประชุม',
      attachments: [{ filename: 'ระเบียบวาระ.pdf', content: pdf }],
    });
    expect(sent.response).toMatch(/^250 2\.0\.0 registered 1\/25\d\d id=/);
    await page.waitForSelector('tr.row td.number >> text=1');
    await page.waitForSelector('text=มท 0808.2/ว 1590');
    await picture(page, 'register-arrived');
  });

  it('is acknowledged to the envelope sender once, in the thread, with a null return path', async () => {
    await expect.poll(() => mailbox.length, { timeout: 20_000 }).toBe(1);
    const [{ from, mail }] = mailbox as [Delivered];
    expect(from).toBe('');
    expect(mail.headers.get('auto-submitted')).toBe('auto-replied');
    expect(mail.inReplyTo).toBeTruthy();
    expect(mail.text).toContain('มท 0808.2/ว 1590');
    expect(mail.text).toContain(createHash('sha256').update(pdf).digest('hex'));
    verifyUrl = /http:\/\/\S+\/v\/[0-9a-z]{26}/.exec(mail.text ?? '')?.[0] ?? '';
    expect(verifyUrl).not.toBe('');
    const machine = mail.attachments.find(part => part.contentType === 'application/vnd.saraban.acknowledgement+json');
    expect(JSON.parse(machine?.content.toString() ?? '{}')).toMatchObject({ number: 1 });
  });

  it('is opened, confirmed, and shown by the officer', async () => {
    await page.click('tr.row a.open');
    await page.waitForSelector('.stamp');
    expect(await page.textContent('h1')).toContain('<script>alert(1)</script>');
    await picture(page, 'entry');
    await page.keyboard.press('c');
    await page.waitForSelector('button[data-key=confirm]', { state: 'detached' });
    await picture(page, 'entry-confirmed');
    expect(await page.textContent('ol.path')).toContain('ผู้ดูแลระบบ');
  });

  it('is followed on the public page, which tells a true file from a false one', async () => {
    const visitor = await browser.newPage();
    await visitor.goto(verifyUrl);
    await visitor.waitForSelector('text=เทศบาลตำบลตัวอย่าง');
    expect(await visitor.textContent('body')).not.toContain('ขอเชิญประชุม');
    await visitor.setInputFiles('input[type=file]', { name: 'x.pdf', mimeType: 'application/pdf', buffer: pdf });
    await visitor.waitForSelector('.answer.same');
    await picture(visitor, 'public-page');
    await visitor.setInputFiles('input[type=file]', { name: 'y.pdf', mimeType: 'application/pdf', buffer: randomBytes(2_000) });
    await visitor.waitForSelector('.answer.other');
    expect((await visitor.goto(`${appliance.webUrl}/v/00000000000000000000000000`))?.status()).toBe(404);
    await visitor.close();
  });

  it('leaves no fault on any page', () => {
    expect(pageFaults).toEqual([]);
  });
});

describe('the appliance', () => {
  it('takes 200 letters at once and numbers them without a gap', async () => {
    const replies = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const client = await SmtpClient.open(appliance.smtpPort);
        const reply = await client.send(
          `sender${index}@load.example`,
          [TO],
          `From: s@load.example\r\nSubject: at once ${index}\r\n\r\nx\r\n`,
        );
        await client.quit();
        return Number(/registered (\d+)\//.exec(reply?.lines[0] ?? '')?.[1]);
      }),
    );
    expect(replies.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 2));
  });

  it('stops in order, finds everything again, and goes on with the next number', async () => {
    expect(await appliance.stop()).toBe(0);
    appliance = await start();
    const sent = await transport().sendMail({ from: 'x@y.example', to: TO, subject: 'after the restart', text: 'x' });
    expect(sent.response).toMatch(/registered 202\//);
    expect((await appliance.verify()).faults).toEqual([]);
  });
});
