/** The page, opened from the disk in a real browser without a network, with packs of a real register dropped on it. */
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, picture } from '../test/browser.ts';
import type { GivenFile } from './check.js';
import { damagedPack, makePacks, type Packs } from './test-packs.ts';

let packs: Packs;
let browser: Browser;
let page: Page;
const asked: string[] = [];
const problems: string[] = [];

beforeAll(async () => {
  packs = await makePacks();
  browser = await openBrowser();
  const context = await browser.newContext({ viewport: { width: 980, height: 1_250 }, offline: true });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('request', request => asked.push(request.url()));
  page.on('console', message => problems.push(message.text()));
  page.on('pageerror', error => problems.push(error.message));
  await page.goto(pathToFileURL(new URL('./saraban-verify.html', import.meta.url).pathname).href);
});
afterAll(async () => {
  await browser.close();
  await packs.world.close();
});

/** As a person drags files onto the page. */
async function drop(...files: GivenFile[]): Promise<void> {
  const given = files.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes).toString('base64') }));
  // As text, for it is compiled by the browser and not by us.
  const transfer = await page.evaluateHandle(`(() => {
    const all = new DataTransfer();
    for (const { name, bytes } of ${JSON.stringify(given)})
      all.items.add(new File([Uint8Array.from(atob(bytes), one => one.charCodeAt(0))], name));
    return all;
  })()`);
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
  await page.waitForSelector('#answer > .verdict');
}

const verdict = async () => (await page.getAttribute('#answer > .verdict', 'class'))?.replace('verdict ', '');
const clear = async () => {
  await page.click('#clear');
  await page.waitForFunction("document.querySelector('#answer > *') === null");
};

describe('the page', () => {
  it('says that a whole pack holds, in Thai and English', async () => {
    await drop({ name: 'evidence-1-2569.zip', bytes: packs.evidenceZip });
    expect(await verdict()).toBe('holds');
    const text = await page.innerText('#answer');
    for (const said of ['ผลการตรวจสอบ: ถูกต้อง', 'Result: it holds.', 'ชุดหลักฐานของหนังสือเลขที่ 1/2569', 'Closed day 2026-11-22'])
      expect(text).toContain(said);
    expect((await page.innerText('#keys')).replaceAll(' ', '')).toContain(packs.fingerprint);
    await picture(page, 'verifier-holds');
    await clear();
  });

  it('says what is wrong with a damaged one', async () => {
    await drop({ name: 'damaged.zip', bytes: damagedPack(packs.evidenceZip) });
    expect(await verdict()).toBe('broken');
    expect(await page.innerText('#answer')).toContain('ผลการตรวจสอบ: ไม่ถูกต้อง');
    expect(await page.locator('li.broken').count()).toBeGreaterThan(0);
    await picture(page, 'verifier-broken');
    await clear();
  });

  it('takes files one after the other, by the file chooser too, and a key to compare with', async () => {
    await page.setInputFiles('#files', { name: 'receipt.eml', mimeType: 'message/rfc822', buffer: Buffer.from(packs.acknowledgement) });
    await page.waitForSelector('#answer > .verdict');
    await drop({ name: 'sent.eml', bytes: packs.raw });
    await page.waitForFunction("document.querySelector('#answer').textContent.includes('byte for byte')");
    expect(await verdict()).toBe('holds');
    await page.click('summary');
    await page.fill('#key', 'f'.repeat(64));
    await page.dispatchEvent('#key', 'change');
    await page.waitForSelector('#answer > .verdict.broken');
    expect(await page.innerText('#answer')).toContain('another key than the one you named');
    await page.fill('#key', packs.fingerprint);
    await page.dispatchEvent('#key', 'change');
    await page.waitForSelector('#answer > .verdict.holds');
    await clear();
  });

  it('asked nothing of anybody, and broke no rule of its own', () => {
    expect(asked.filter(url => !url.startsWith('file:'))).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('fits on a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await drop(...(packs.days[1] ?? []));
    expect(await verdict()).toBe('holds');
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await picture(page, 'verifier-phone');
  });
});
