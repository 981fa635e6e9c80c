/**
 * npm run screenshots: the pictures of README.md, taken from a demo of its own on free ports. Yesterday is shown where a
 * page has a period: a whole day whatever the hour is.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { freePort, until } from '../medium/stack.ts';
import { launchBrowser, settled, signIn, type Visitor } from './browser.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'docs/screenshots');
interface Picture {
  name: string;
  path: string;
  width: number;
  height: number;
  theme: 'light' | 'dark';
  locale: 'ru' | 'en';
  /** the row whose button is named so is opened */
  unfold?: string;
  /** the first recording of the list is played */
  plays?: true;
  /** the card of the first recorded call of the list is opened */
  card?: true;
}
const PICTURES: readonly Picture[] = [
  { name: 'dashboard', path: '?period=yesterday', width: 1440, height: 900, theme: 'light', locale: 'ru' },
  { name: 'journal', path: '/journal?period=yesterday&direction=in,out', width: 1440, height: 900, theme: 'light', locale: 'ru' },
  { name: 'statistics', path: '/statistics?period=yesterday', width: 1440, height: 760, theme: 'dark', locale: 'ru' },
  { name: 'missed', path: '/missed', width: 1440, height: 760, theme: 'light', locale: 'ru' },
  { name: 'live', path: '/live', width: 1440, height: 620, theme: 'dark', locale: 'en' },
  { name: 'phones', path: '/phones', width: 1440, height: 820, theme: 'light', locale: 'ru', unfold: 'история 104' },
  {
    name: 'recording',
    path: '/journal?period=yesterday&direction=in,out',
    width: 1440,
    height: 760,
    theme: 'light',
    locale: 'ru',
    plays: true,
  },
  {
    name: 'call',
    path: '/journal?period=yesterday&direction=in&recorded=true',
    width: 1440,
    height: 900,
    theme: 'dark',
    locale: 'ru',
    card: true,
  },
  { name: 'ad-lines', path: '/ad-lines?period=month', width: 1440, height: 760, theme: 'light', locale: 'ru' },
  { name: 'keeping', path: '/settings/keeping', width: 1440, height: 760, theme: 'light', locale: 'ru' },
  { name: 'phone', path: '/journal?period=yesterday', width: 390, height: 844, theme: 'light', locale: 'ru' },
];

const dataDir = mkdtempSync(join(tmpdir(), 'callscope-screenshots-'));
const port = await freePort();
const demo = spawn(process.execPath, [join(ROOT, 'demo/main.ts'), '--calls', '6000', '--history-days', '9'], {
  cwd: ROOT,
  env: {
    ...process.env,
    DATA_DIR: dataDir,
    PORTAL_PORT: String(port),
    HEP_PORT: String(await freePort()),
    EVENTS_PORT: String(await freePort()),
    LOG_FORMAT: 'text',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let said = '';
demo.stdout.on('data', (chunk: Buffer) => {
  said += chunk.toString();
});
const portal = `http://127.0.0.1:${port}`;
try {
  await until('the history is loaded', () => /calls sent, [\d,]+ stored/.test(said), 600_000);
  const [, domain = '', password = ''] = /(\S+\.\S+)\s+admin\s+(\S+)/.exec(said) ?? [];
  const visitor: Visitor = { domain, login: 'admin', password };
  mkdirSync(OUT, { recursive: true });
  const browser = await launchBrowser();
  try {
    for (const picture of PICTURES) await take(browser, visitor, picture);
  } finally {
    await browser.close();
  }
} finally {
  demo.kill('SIGTERM');
  await new Promise((done) => demo.once('exit', done));
  rmSync(dataDir, { recursive: true, force: true });
}

async function take(
  browser: Browser,
  visitor: Visitor,
  { name, path, width, height, theme, locale, unfold, plays, card }: Picture,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  await context.addCookies([
    { name: 'callscope_theme', value: theme, url: portal },
    { name: 'callscope_locale', value: locale, url: portal },
  ]);
  const page = await context.newPage();
  await signIn(page, portal, visitor, '/');
  const company = new URL(page.url()).pathname;
  await page.goto(`${portal}${company}${path}`);
  await settled(page);
  if (unfold !== undefined) await page.getByRole('button', { name: unfold }).click();
  if (plays) {
    await page.locator('.recording button').first().click();
    await page.locator('section.player .wave path.client').waitFor({ state: 'attached' });
  }
  if (card) {
    await page.locator('tr[data-call] .twist').first().click();
    await page.getByRole('link', { name: 'Карточка звонка' }).click();
    await page.waitForURL('**/calls/**');
    await settled(page);
    await page.locator('.lanes path.client').waitFor({ state: 'attached' });
  }
  // the live stream has spoken, fonts are there
  await page.waitForTimeout(2_500);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  console.log(`docs/screenshots/${name}.png`);
  await context.close();
}
