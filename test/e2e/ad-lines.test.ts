import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, sendTcp, startStack, until } from '../medium/stack.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, settled, sideways, signIn } from './browser.ts';
import { callBegins, callEnds, type MadeCall } from './events.ts';

const DOMAIN = 'alfa.pbx.test';
const PASSWORD = 'secret-secret';
const ZONE = '+07:00';
const LINES = [
  { number: '73910000122', label: '', channel: '2ГИС' },
  { number: '73910000121', label: '', channel: 'Яндекс Директ' },
  { number: '73910000125', label: '', channel: 'Наружная реклама' },
] as const;
const [GIS, DIRECT, BOARD] = LINES.map((line) => line.number) as [string, string, string];

let made = 0;
function call(to: string, from: number, wall: string, talk: number): MadeCall {
  const answered = talk > 0;
  return {
    ...{ id: `line-${made++}`, tenant: 't1', domain: DOMAIN, direction: 'in', from: `7913${String(from).padStart(7, '0')}`, to },
    ...{ startedAt: Date.parse(`${wall}${ZONE}`), wait: answered ? 6 : 20, talk, code: answered ? 200 : 487 },
    legs: [{ target: '101', after: 1, code: answered ? 200 : 487 }],
  };
}
/** So many calls of a line on one day: first those with a talk long enough, then short ones, then missed ones. */
function day(to: string, date: string, first: number, target: number, short: number, missed: number): MadeCall[] {
  return Array.from({ length: target + short + missed }, (_, i) =>
    call(to, first + i, `${date}T${String(9 + (i % 9)).padStart(2, '0')}:10:00`, i < target ? 90 : i < target + short ? 10 : 0),
  );
}
/** October, and September before it: 2ГИС gets better and cheaper, boards miss more and get dearer. */
const CALLS = [
  ...day(GIS, '2026-09-14', 100, 10, 4, 6),
  ...day(GIS, '2026-10-12', 110, 14, 4, 2),
  ...day(DIRECT, '2026-09-15', 200, 6, 4, 2),
  ...day(DIRECT, '2026-10-13', 200, 6, 4, 2),
  ...day(BOARD, '2026-09-16', 300, 4, 6, 2),
  ...day(BOARD, '2026-10-14', 310, 2, 10, 10),
];
const OCTOBER = 'from=2026-09-30T17:00:00Z&to=2026-10-31T17:00:00Z';
const PAGE = `/c/t1/ad-lines?${OCTOBER}`;

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  stack = await startStack();
  browser = await launchBrowser();
  for (const id of ['t1', 'empty'])
    await stack.rest('PUT', `/tenants/${id}`, { name: id, domain: id === 't1' ? DOMAIN : 'empty.test', timezone: 'Asia/Krasnoyarsk' });
  await stack.rest('PUT', '/tenants/t1/directory', {
    numbers: [...LINES, { number: '73910000100', label: 'Офис' }],
    employees: [{ id: 'e101', name: 'Соколова А. П.', extensions: ['101'] }],
  });
  for (const role of ['marketing', 'finance', 'observer'])
    await stack.rest('PUT', `/tenants/t1/users/${role}`, { password: PASSWORD, role });
  await stack.rest('PUT', '/tenants/empty/users/marketing', { password: PASSWORD, role: 'marketing' });
  await sendTcp(
    stack.ports.events,
    CALLS.flatMap((c) => [...callBegins(c), ...callEnds(c)]),
  );
  await until(
    'all calls are stored',
    async () => (await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/calls?limit=1000')).data.length === CALLS.length,
    40_000,
  );
  [context, page] = await visit('marketing');
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

async function visit(
  login: string,
  options: Parameters<Browser['newContext']>[0] = {},
  domain = DOMAIN,
  to = PAGE,
): Promise<[BrowserContext, Page]> {
  const own = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU', ...options });
  const first = await own.newPage();
  await signIn(first, stack.portal, { domain, login, password: PASSWORD }, to);
  return [own, first];
}
async function open(path = PAGE, of = page): Promise<void> {
  await of.goto(`${stack.portal}${path}`);
  await settled(of);
}
const plain = (text: string | null) => (text ?? '').replace(/[\s\u00a0]+/g, ' ').trim();
const cell = (line: string, column: string, of = page) => of.locator(`tr[data-line="${line}"] td[data-column="${column}"]`);
const figure = async (line: string, column: string, of = page) => plain(await cell(line, column, of).locator('.figure').textContent());
const change = async (line: string, column: string) => plain(await cell(line, column).locator('.delta').textContent());
const tone = async (line: string, column: string) => (await cell(line, column).locator('.delta').getAttribute('class'))?.split(' ')[1];
const field = (line: string, month: string, of = page) => of.locator(`input[name="spend:${line}:${month}"]`);
async function told(text: string | RegExp, of = page): Promise<void> {
  await of.getByText(text).first().waitFor();
}
/** What axe and a ruler find at two widths, light and dark. */
async function looks(path: string, name: string): Promise<void> {
  for (const width of [1440, 390])
    for (const scheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 960 });
      await page.emulateMedia({ colorScheme: scheme });
      await open(path);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}-${scheme}.png`, fullPage: true });
      expect(await axeFindings(page), `${name} ${width} ${scheme}`).toEqual([]);
      expect(await sideways(page), `${name} ${width} ${scheme}`).toBe(0);
    }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

describe.skipIf(!HAS_BROWSER)('ad lines in a browser', () => {
  test('an empty company is told what a line is and where to make one', async () => {
    const [own, first] = await visit('marketing', {}, 'empty.test', '/c/empty/ad-lines');
    await told('Рекламных линий пока нет', first);
    await first.getByRole('link', { name: 'Номера в справочнике' }).click();
    await first.waitForURL(/\/directory\/numbers/);
    await own.close();
  });

  test('without spend the lines stand with their calls, and the page says why there are no prices', async () => {
    await open();
    expect(await page.locator('tr[data-line]').count()).toBe(4);
    expect([await figure(GIS, 'in'), await figure(GIS, 'target'), await figure(GIS, 'costPerTarget')]).toEqual(['20', '14', '–']);
    await told('За период расход не внесён');
  });

  test('spend is entered in the table by month, a wrong sum stands beside its field and saves nothing', async () => {
    await page.getByRole('link', { name: 'Внести расход' }).first().click();
    await page.waitForURL(/ad-lines\/spend/);
    await settled(page);
    await open('/c/t1/ad-lines/spend?to=2026-11');
    await field(GIS, '2026-10').fill('92 000,50');
    await field(GIS, '2026-09').fill('много');
    await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
    await told('Не сохранено: исправьте отмеченные суммы.');
    expect(await field(GIS, '2026-09').getAttribute('aria-invalid')).toBe('true');
    expect((await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/ads/spend')).data).toEqual([]);
    await field(GIS, '2026-09').fill('80000');
    await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
    await told('Расход сохранён.');
    expect((await stack.rest<{ data: unknown[] }>('GET', '/tenants/t1/ads/spend')).data).toEqual([
      { number: GIS, month: '2026-09', amount: 8_000_000 },
      { number: GIS, month: '2026-10', amount: 9_200_050 },
    ]);
    await page.reload();
    await settled(page);
    expect(await field(GIS, '2026-10').inputValue()).toBe('92000,50');
    const { data } = await stack.rest<{ data: { who: string; act: string }[] }>('GET', '/tenants/t1/audit?act=ads');
    expect(data).toMatchObject([{ who: 'marketing', act: 'ads.spend' }]);
  });

  test('a pasted table is taken whole, or each wrong line is named', async () => {
    await page
      .getByLabel('Вставьте строки')
      .fill(`номер;месяц;сумма\n+7 391 000-01-21;10.2026;186000\n73910000125;октябрь;1\n123456789;2026-10;1`);
    await page.getByRole('button', { name: 'Загрузить' }).click();
    await told('Ничего не загружено.');
    expect(plain(await page.locator('.wrong ul').textContent())).toMatch(/^Строка 3: «октябрь» – не месяц.*Строка 4: .*нет в справочнике/);
    await page
      .getByLabel('Вставьте строки')
      .fill(`+7 391 000-01-21;10.2026;186000\n+7 391 000-01-21;09.2026;186000\n73910000125;2026-10;95000\n73910000125;2026-09;95000`);
    await page.getByRole('button', { name: 'Загрузить' }).click();
    await told('Прочитано 4 строки, изменено 4.');
    await until('the field has it', async () => (await field(BOARD, '2026-10').inputValue()) === '95000');
  });

  test('prices follow, cheaper is good and more missed is bad, and the cheapest stands first', async () => {
    await open();
    const order = await page.locator('tbody tr[data-line]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-line')));
    expect(order).toEqual([GIS, DIRECT, BOARD]);
    expect([await figure(GIS, 'spend'), await figure(GIS, 'costPerTarget'), await figure(DIRECT, 'costPerTarget')]).toEqual([
      '92 001',
      '6 571',
      '31 000',
    ]);
    expect([await figure(BOARD, 'missedShare'), await tone(BOARD, 'missedShare')]).toEqual(['45,5 %', 'bad']);
    expect([await change(GIS, 'missedShare'), await tone(GIS, 'missedShare')]).toEqual(['−20,0 п. п.', 'good']);
    expect([await tone(GIS, 'costPerTarget'), await tone(BOARD, 'costPerTarget')]).toEqual(['good', 'bad']);
    expect([await change(GIS, 'target'), await tone(GIS, 'target')]).toEqual(['+4', 'good']);
    // newcomers of October: who called «Яндекс Директ» had called it in September
    expect([await figure(GIS, 'newCallers'), await figure(DIRECT, 'newCallers'), await figure(DIRECT, 'uniqueCallers')]).toEqual([
      '10',
      '0',
      '12',
    ]);
    expect(await figure('total', 'spend')).toBe('373 001');
    await page.getByRole('link', { name: 'Пропущено' }).click();
    await page.waitForURL(/sort=-missedShare/);
    await until(
      'the worst stands first',
      async () => (await page.locator('tbody tr[data-line]').first().getAttribute('data-line')) === BOARD,
    );
  });

  test('each figure opens as many calls as it says, and those who wait open as their cases', async () => {
    // the journal shows fifty of a page
    for (const line of [GIS, BOARD, 'total'])
      for (const column of line === 'total' ? ['newCallers', 'target'] : ['in', 'newCallers', 'target']) {
        await open();
        const said = Number(await figure(line, column));
        if (said === 0) continue;
        await cell(line, column).locator('a').click();
        await page.waitForURL(/\/journal\?/);
        await until(`${line} ${column}: ${said} calls`, async () => (await page.locator('[data-call]').count()) === said);
      }
    await open();
    const waiting = Number(await figure(BOARD, 'waiting'));
    expect(waiting).toBe(10);
    await cell(BOARD, 'waiting').locator('a').click();
    await page.waitForURL(/\/missed\?.*number=73910000125/);
    await until('its cases are listed', async () => (await page.locator('tr[data-case]').count()) === waiting);
    await page.locator('.chip', { hasText: 'Номер:' }).waitFor();
  });

  test('the rule changes what is a target call, at once and for past periods', async () => {
    await open('/c/t1/ad-lines/spend');
    await page.getByLabel('Разговор дольше').fill('5');
    await page.getByRole('button', { name: 'Сохранить правило' }).click();
    await told('Правило сохранено.');
    await open();
    expect(await figure(GIS, 'target')).toBe('18');
    await told('Целевой звонок: принят, разговор дольше 5 с');
    await stack.rest('PUT', '/tenants/t1/ads/rule', { talkSeconds: 30, firstOnly: false, inWorkingHours: false, currency: 'RUB' });
  });

  test('the address holds the question, and comparison goes off', async () => {
    await open(`/c/t1/ad-lines?${OCTOBER}&compare=off`);
    expect(await page.locator('td .delta').count()).toBe(0);
    await page.reload();
    await settled(page);
    expect(await page.locator('td .delta').count()).toBe(0);
    expect(await figure(GIS, 'in')).toBe('20');
  });

  test('finance reads and has no field to write, an observer has no such page', async () => {
    const [own, first] = await visit('finance');
    expect(await figure(GIS, 'spend', first)).toBe('92 001');
    expect(await first.getByRole('link', { name: 'Внести расход' }).count()).toBe(0);
    await open('/c/t1/ad-lines/spend?to=2026-11', first);
    expect([await first.locator('input[name^="spend:"]').count(), await first.getByRole('button', { name: 'Загрузить' }).count()]).toEqual([
      0, 0,
    ]);
    await told('92 000,50 ₽', first);
    await own.close();
    const [other, second] = await visit('observer', {}, DOMAIN, '/c/t1');
    expect(await second.getByRole('link', { name: 'Рекламные линии' }).count()).toBe(0);
    expect((await second.goto(`${stack.portal}${PAGE}`))?.status()).toBe(403);
    await other.close();
  });

  test('both pages are sound for readers, in both schemes and on a phone', async () => {
    await looks(PAGE, 'ad-lines');
    await looks('/c/t1/ad-lines/spend?to=2026-11', 'ad-spend');
  }, 180_000);

  test('prints without its buttons', async () => {
    await open();
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('link', { name: 'Внести расход' }).first().isVisible()).toBe(false);
    expect(await cell(GIS, 'costPerTarget').isVisible()).toBe(true);
    if (process.env.SHOTS) await page.pdf({ path: `${process.env.SHOTS}/ad-lines.pdf`, format: 'A4', landscape: true });
    await page.emulateMedia({ media: 'screen' });
    await context.close();
  });
});
