/** Headless Chromium for journeys, and where its pictures go. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

// The last flags keep it from looking for its maker's servers at every start.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/** Keeps a picture of the page under test/artefacts, which git ignores. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = fileURLToPath(new URL('./artefacts/', import.meta.url));
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png` });
}

/** Signs in through the form. */
export async function signIn(page: Page, webUrl: string, login: string, password: string): Promise<void> {
  await page.goto(webUrl);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', password);
  await page.click('form button.main');
}
