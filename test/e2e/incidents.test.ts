import type { OperatorScope } from '@callscope/core/domain/tenant.ts';
import { connectPostgres } from '@callscope/core/node/postgres.ts';
import { operatorScope, ownService } from '@callscope/modules/access/callers.ts';
import { noteIncident } from '@callscope/modules/incidents/store.ts';
import type { PostgresSchema } from '@callscope/modules/schema.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../medium/stack.ts';
import { log } from '../recordings/ffmpeg.ts';
import { HOUR, midnight, store, zone } from './alfa.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';
import type { MadeCall } from './events.ts';

const PASSWORD = 'secret-secret';
const CALLS: MadeCall[] = Array.from({ length: 24 }, (_, i) => ({
  ...{ id: `made-${i}`, tenant: 't1', domain: 'alfa.pbx.test', direction: 'in', from: `7913000${1_000 + i}`, to: '73910000122' },
  ...{ startedAt: midnight + (8 + (i % 4)) * HOUR + i * 60_000, wait: 6, talk: 60, legs: [{ target: '101', after: 1, code: 200 }] },
}));

let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  for (const id of ['t1', 't2']) {
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: id === 't1' ? 'alfa.pbx.test' : 'bravo.pbx.test', timezone: zone });
    await stack.rest('PUT', `/tenants/${id}/users/admin`, { password: PASSWORD, role: 'admin' });
  }
  await stack.rest('PUT', '/tenants/t1/directory', { employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }] });
  await store(stack, CALLS);
  // what jobs would have noted
  const { db, close } = connectPostgres<PostgresSchema>(stack.databaseUrl(), 'test', log);
  const scope = operatorScope(ownService('jobs'), 'companies:read') as OperatorScope;
  const at = (hours: number) => midnight + hours * HOUR;
  await noteIncident(db, scope, { kind: 'recorder_stopped', what: 'recorder-of-msk', tenant: null }, at(8.25), at(9));
  await noteIncident(db, scope, { kind: 'trunk_down', what: 'own-line', tenant: 't1' }, at(10.5), at(11.2));
  await noteIncident(db, scope, { kind: 'edge_down', what: 'edge-of-spb', tenant: null }, at(11.75), null);
  await close();
  page = await visit('alfa.pbx.test', '/c/t1/statistics');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function visit(domain: string, to: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', reducedMotion: 'reduce' });
  const first = await context.newPage();
  await signIn(first, stack.portal, { domain, login: 'admin', password: PASSWORD }, to);
  return first;
}
async function open(path: string, of = page): Promise<void> {
  await of.goto(`${stack.portal}${path}`);
  await settled(of);
}
const plain = (text: string | null) => (text ?? '').replace(/[\s\u00a0\u202f]+/g, ' ').trim();
const lines = async (of = page) => (await of.locator('[data-incident]').allTextContents()).map(plain);
/** Hatched bands behind the chart. */
const bands = (of = page) => of.locator('.drawing rect[fill*="incident"]:not(pattern rect)').count();
const shot = async (name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/incidents-${name}.png`, fullPage: true });
};

describe.skipIf(!HAS_BROWSER)('incidents in a browser', () => {
  test('are bands with their names in the chart of hours, and a list below it, the newest first; a name leads to the list', async () => {
    await open('/c/t1/statistics');
    expect(await bands()).toBe(3);
    const [now, trunk, recorder, ...others] = await lines();
    expect(now).toMatch(/^АТС не отвечала АТС или её узел не отвечали.*11:45 – сейчас.*продолжается$/);
    expect(trunk).toMatch(/^Не работал транк: own-line .*10:30–11:12/);
    expect(recorder).toMatch(/^Запись стояла .*Числа звонков верны\. 8:15–9:00/);
    expect(others).toEqual([]);
    await page.locator('a.incident').first().click();
    await page.waitForURL(/#incidents$/);
    await open('/c/t1/statistics?period=yesterday');
    expect([await bands(), await lines()]).toEqual([0, []]);
  });

  test('stand in days, behind the lines of a block and in the day of employees too', async () => {
    for (const as of ['bars', 'table']) {
      await open(`/c/t1/statistics?section=days&period=week&as=daily.${as}`);
      expect(await page.locator('[data-report=daily] [data-incident-mark]').count()).toBe(1);
    }
    expect(await lines()).toHaveLength(3);
    await open('/c/t1/statistics?section=service');
    // 8, 10, 11 and the hour that runs
    expect(await page.locator('[data-report=service-by-hour] [data-incident-mark]').count()).toBe(4);
    await open('/c/t1/statistics?section=in&as=incoming-by-number.line');
    expect(await bands()).toBe(3);
    await open('/c/t1/statistics?section=people');
    expect(await page.locator('[data-employee=e101] rect.incident').count()).toBe(3);
    expect(await lines()).toHaveLength(3);
  });

  test('are a quiet line on the dashboard and bands in its chart', async () => {
    await open('/c/t1');
    expect(plain(await page.locator('[data-incidents]').textContent())).toContain('3 сбоя за период: числа могут быть неполными');
    expect(await bands()).toBe(3);
    await page.locator('[data-incidents] a').click();
    await page.waitForURL(/statistics.*#incidents$/);
    await page.locator('#incidents').waitFor();
    await open('/c/t1?period=yesterday');
    expect(await page.locator('[data-incidents]').count()).toBe(0);
  });

  test('another company learns of the whole platform alone, and no names', async () => {
    const other = await visit('bravo.pbx.test', '/c/t2/statistics');
    const said = await lines(other);
    expect(said.map((text) => text.split(' ')[0])).toEqual(['АТС', 'Запись']);
    expect(await other.content()).not.toMatch(/own-line|recorder-of-msk|edge-of-spb/);
    await other.context().close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s; a phone does not scroll sideways', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      for (const path of ['statistics', 'statistics?section=people', '']) {
        await open(`/c/t1/${path}`);
        await shot(`${path.replace(/\W+/g, '-') || 'dashboard'}-${theme}-${width}`);
        expect(await axeFindings(page), `${path} ${width}`).toEqual([]);
        expect(await sideways(page), `${path} ${width}`).toBe(0);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
