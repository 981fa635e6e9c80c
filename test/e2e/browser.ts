import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome'];
const COMMAND = (process.env.PATH ?? '')
  .split(':')
  .flatMap((dir) => COMMANDS.map((name) => join(dir, name)))
  .find((file) => existsSync(file));
/** Without it browser tests are skipped, and npm test says so. */
export const HAS_BROWSER = COMMAND !== undefined;
/** No network of its own: what the browser says goes to the portal alone. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Debian's Chromium. @throws when there is none */
export async function launchBrowser(): Promise<Browser> {
  if (COMMAND === undefined) throw new Error(`none of ${COMMANDS.join(', ')} is installed: npm test installs chromium`);
  return chromium.launch({ executablePath: COMMAND, args: QUIET });
}

/** Somebody who has not been here before, at a desk. */
export async function newPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: DESK, locale: 'ru-RU', reducedMotion: 'reduce', ...options });
  return context.newPage();
}
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

export interface Visitor {
  domain: string;
  login: string;
  password: string;
}

/** Through the page, as people do; ends on `to`. @param answers waits until the page there answers: one of a company, or `awake` */
export async function signIn(
  page: Page,
  portal: string,
  { domain, login, password }: Visitor,
  to: string,
  answers: (page: Page) => Promise<void> = settled,
): Promise<void> {
  await page.goto(`${portal}/sign-in?to=${encodeURIComponent(to)}`);
  await page.fill('input[name=domain]', domain);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await answers(page);
}

/** A page of no company answers to clicks: its script has taken over from the first styles. */
export async function awake(page: Page): Promise<void> {
  await page.locator('#first-styles').waitFor({ state: 'detached' });
}

/** The page of a company answers to clicks: what only its script shows is there. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.fresh').first().waitFor();
}

/** Opens a page of a company and waits until it answers. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await settled(page);
}

/** What axe finds against WCAG 2.2 A and AA, one line each; empty = nothing. */
export async function axeFindings(page: Page): Promise<string[]> {
  await still(page);
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: AxeViolation[] }> } }).axe;
    interface AxeViolation {
      id: string;
      nodes: { html: string; failureSummary?: string }[];
    }
    const { violations } = await axe.run({
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`));
  });
}

/** Waits until what moves has come to its end: a popover half faded in has colours that nobody is meant to read. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => undefined)))',
  );
}

/** How far the page can be moved sideways, px. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Folder for pictures to look at; not set: none are made. */
const SHOTS = process.env.SHOTS ?? '';

/** A picture to look at, where somebody asked for pictures. */
export async function shot(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  if (SHOTS === '') return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage });
}

/**
 * In both themes, at a desk and on a phone: what axe finds and what can be moved sideways, one line each; with pictures to look at.
 * @param show shows it, each time; without it the page stays as it is @param more of pictures @returns empty = nothing
 */
export async function looks(page: Page, name: string, show?: () => Promise<unknown>, more?: { fullPage: boolean }): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of [DESK, PHONE]) {
      await page.setViewportSize(size);
      await show?.();
      await still(page);
      const at = `${name}-${colorScheme}-${size.width}`;
      await shot(page, at, more);
      const wide = await sideways(page);
      if (wide > 0) found.push(`${at}: ${wide} px too wide`);
      for (const finding of await axeFindings(page)) found.push(`${at}: ${finding}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(DESK);
  return found;
}
