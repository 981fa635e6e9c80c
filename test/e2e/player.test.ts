import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, until } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';

const people = { quality: 'quality', marketing: 'marketing' } as const;
const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const calls = RECORDED;
const LONGEST = [...calls].sort((a, b) => b.call.talk_s - a.call.talk_s)[0] as RecordedCall;
const day = LONGEST.call.start.slice(0, 10);
const JOURNAL = `/c/t1/journal?from=${day}T00:00:00Z&to=${day}T23:59:59Z&limit=100`;

let stack: Stack;
let browser: Browser;
let page: Page;

const rowOf = ({ call }: RecordedCall, on = page) => on.locator(`tr[data-call="${call.call_id}"]`);
/** What the browser's own player says; the page's types are not here. */
interface Audio {
  paused: boolean;
  currentTime: number;
  duration: number;
  playbackRate: number;
  preservesPitch: boolean;
}
const audio = <T>(ask: (audio: Audio) => T) => page.locator('section.player audio').evaluate(ask as unknown as () => T);
const listenTo = (recorded: RecordedCall) => rowOf(recorded).locator('.recording button').click();

beforeAll(async () => {
  if (!HAS_BROWSER || FFMPEG === null) return;
  browser = await launchBrowser();
  stack = await startRecorded();
  for (const role of Object.values(people)) await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
  page = await context.newPage();
  await signIn(page, stack.portal, { domain, login: people.quality, password: PASSWORD }, JOURNAL);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('listening', () => {
  test('one click loads and plays, and the player stays while pages change (T-27, T-40)', async () => {
    await page.goto(stack.portal + JOURNAL);
    await settled(page);
    await listenTo(LONGEST);
    await page.locator('section.player').waitFor();
    await until('it is heard', () => audio((a) => !a.paused && a.currentTime > 0.2));
    expect(await audio((a) => a.duration)).toBeCloseTo(LONGEST.call.talk_s, 0);
    await page.locator('section.player .wave path.client').waitFor({ state: 'attached' });
    expect(await rowOf(LONGEST).locator('.recording button').getAttribute('aria-label')).toContain('Пауза');
    await page.getByRole('link', { name: 'Статистика' }).first().click();
    await page.waitForURL('**/statistics*');
    const before = await audio((a) => a.currentTime);
    await until('it goes on', async () => (await audio((a) => a.currentTime)) > before);
  });

  test('a place is chosen on the waveform and by keys, only what is asked for is loaded, speed keeps the pitch', async () => {
    await page.goto(stack.portal + JOURNAL);
    await settled(page);
    await listenTo(LONGEST);
    await until('it is heard', () => audio((a) => a.currentTime > 0.1));
    await page.locator('section.player').getByRole('button', { name: 'Пауза' }).click();
    const wave = page.getByRole('slider', { name: 'Место в записи' });
    const box = await wave.boundingBox();
    if (!box) throw new Error('no waveform');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const half = LONGEST.call.talk_s / 2;
    await until('it is in the middle', async () => Math.abs((await audio((a) => a.currentTime)) - half) < 0.3);
    await wave.press('Home');
    await until('it is at the beginning', async () => (await audio((a) => a.currentTime)) < 0.1);
    await wave.press('ArrowRight');
    await until('five seconds on', async () => Math.abs((await audio((a) => a.currentTime)) - Math.min(5, LONGEST.call.talk_s)) < 0.3);
    expect(await wave.getAttribute('aria-valuetext')).toMatch(/^\d+:\d\d из \d+:\d\d$/);
    await page.locator('section.player').getByText('1,5×').click();
    expect(await audio((a) => [a.playbackRate, a.preservesPitch])).toEqual([1.5, true]);
  });

  test('what is saved is the recording (T-29)', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Сохранить' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^\d{4}-\d\d-\d\d \d\d-\d\d-\d\d .+\.mp3$/);
    const { size } = await import('node:fs').then(async ({ statSync }) => statSync(await download.path()));
    expect(size).toBeGreaterThan(10_000);
  });

  test('a call without a recording says why', async () => {
    const unanswered = page.locator('tbody tr[data-call]', { hasText: 'Занят' }).first().locator('.recording span[title]').first();
    expect(await unanswered.getAttribute('title')).toBe('Разговора не было');
  });

  test('dark, on a phone, and for everybody', async () => {
    await page.locator('section.player .wave path').first().waitFor({ state: 'attached' });
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.goto(stack.portal + JOURNAL);
    await settled(page);
    await listenTo(LONGEST);
    await page.locator('section.player .wave path').first().waitFor({ state: 'attached' });
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(stack.portal + JOURNAL);
    await settled(page);
    await page
      .locator(`li[data-call="${LONGEST.call.call_id}"]`)
      .getByRole('button', { name: /^Слушать/ })
      .click();
    await page.locator('section.player .wave path').first().waitFor({ state: 'attached' });
    expect(await axeFindings(page)).toEqual([]);
    expect(await sideways(page)).toBe(0);
    await page.getByRole('button', { name: 'Закрыть проигрыватель' }).click();
    expect(await page.locator('section.player').count()).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('the archive away is said with a way to try again; of what was erased meanwhile it is said when and by whom', async () => {
    await page.goto(stack.portal + JOURNAL);
    await settled(page);
    await page.route('**/recording', (route) => route.fulfill({ status: 503 }));
    await listenTo(LONGEST);
    await page.getByRole('alert').filter({ hasText: 'Архив записей не отвечает' }).waitFor();
    await page.unroute('**/recording');
    await page.getByRole('button', { name: 'Ещё раз' }).click();
    await until('it is heard', () => audio((a) => a.currentTime > 0.1));
    const other = calls.find(
      (r) => r !== LONGEST && /^\d{11}$/.test(r.call.direction === 'out' ? r.call.dialled : r.call.from),
    ) as RecordedCall;
    const number = other.call.direction === 'out' ? other.call.dialled : other.call.from;
    const { id } = await stack.rest<{ id: string }>('POST', '/tenants/t1/recordings/erasures', { number, reason: 'asked by the person' });
    await until('it is erased', async () => {
      const report = await stack.rest<{ finishedAt: string | null }>('GET', `/tenants/t1/recordings/erasures/${id}`);
      return report.finishedAt !== null;
    });
    await listenTo(other);
    await page.getByRole('alert').filter({ hasText: 'Запись удалена по требованию' }).waitFor();
  });

  test('who may not hear sees that there is one, and gets nothing of it', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' });
    const other = await context.newPage();
    await signIn(other, stack.portal, { domain, login: people.marketing, password: PASSWORD }, JOURNAL);
    await rowOf(LONGEST, other).waitFor();
    expect(await other.locator('.recording button').count()).toBe(0);
    expect(await rowOf(LONGEST, other).locator('.recording').textContent()).toContain('слушать её ваша роль не может');
    const href = `${stack.portal}/c/t1/calls/${encodeURIComponent(LONGEST.call.call_id)}/recording`;
    expect([(await context.request.get(href)).status(), (await context.request.get(`${href}/waveform`)).status()]).toEqual([403, 403]);
    expect((await page.context().request.get(href.replace('/t1/', '/t2/'))).status()).toBe(404);
    await context.clearCookies();
    expect((await context.request.get(href, { maxRedirects: 0 })).status()).toBe(303);
    await context.close();
  });

  test('whoever hears as somebody else is offered no link, which they may not make', async () => {
    const offered = (on: Page) => on.locator('section.player').getByRole('button', { name: 'Скопировать ссылку на запись' }).count();
    await page.goto(stack.portal + JOURNAL);
    await settled(page);
    await listenTo(LONGEST);
    await page.locator('section.player').waitFor();
    expect(await offered(page)).toBeGreaterThan(0);
    await stack.rest('PUT', '/ops/users/sofia', { password: PASSWORD, role: 'support' });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', reducedMotion: 'reduce' });
    const other = await context.newPage();
    await signIn(other, stack.portal, { domain: OPERATOR_DOMAIN, login: 'sofia', password: PASSWORD }, '/c/t1/view-as');
    await other.getByRole('button', { name: `Смотреть как ${people.quality}` }).click();
    await other.getByRole('dialog').getByLabel('Причина').fill('обращение 4711');
    await other.keyboard.press('Enter');
    await other.getByRole('region', { name: 'Просмотр от чужого имени' }).waitFor();
    await other.goto(stack.portal + JOURNAL);
    await settled(other);
    await rowOf(LONGEST, other).locator('.recording button').click();
    await other.locator('section.player').waitFor();
    expect(await offered(other)).toBe(0);
    await context.close();
  });

  test('stop goes back to the beginning and stands still (T-29)', async () => {
    await page.goto(stack.portal + JOURNAL);
    await settled(page);
    await listenTo(LONGEST);
    await until('it is heard', () => audio((a) => a.currentTime > 0.3));
    await page.locator('section.player').getByRole('button', { name: 'Стоп' }).click();
    await until('it stands at the beginning', () => audio((a) => a.paused && a.currentTime === 0));
  });

  test('a link that is over says so in words', async () => {
    const response = await page.goto(`${stack.portal}/r/${'A'.repeat(43)}`);
    expect(response?.status()).toBe(410);
    await page.getByRole('heading', { name: 'Ссылка больше не действует' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });
});
