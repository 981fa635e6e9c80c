import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, until } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, newPage, open, shot, sideways, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const FORM = {
  name: 'Разговор с клиентом',
  groups: [
    {
      id: 'begin',
      name: 'Начало',
      questions: [
        { id: 'hello', text: 'Поздоровался и представился', kind: 'yesno', weight: 5, commentBelow: 1 },
        { id: 'tone', text: 'Тон разговора', kind: 'scale', max: 5, weight: 5 },
      ],
    },
    { id: 'deal', name: 'Дело', questions: [{ id: 'safe', text: 'Не назвал чужих данных', kind: 'yesno', weight: 5, critical: true }] },
  ],
};

let stack: Stack;
let browser: Browser;
let call: RecordedCall['call'];
let employee = '';
const pages: Record<string, Page> = {};

beforeAll(async () => {
  if (!HAS_BROWSER || FFMPEG === null) return;
  browser = await launchBrowser();
  stack = await startRecorded();
  for (const { call: one } of [...RECORDED].sort((a, b) => b.call.talk_s - a.call.talk_s)) {
    const found = await stack.rest<{ employee: { id: string } | null }>('GET', `/tenants/t1/calls/${encodeURIComponent(one.call_id)}`);
    if (!found.employee) continue;
    [call, employee] = [one, found.employee.id];
    break;
  }
  await stack.rest('POST', '/tenants/t1/quality/forms', FORM);
  for (const [login, role] of [
    ['vera', 'quality'],
    ['boss', 'supervisor'],
    ['worker', 'employee'],
  ] as const) {
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role, ...(role === 'employee' ? { employee } : {}) });
    const page = await newPage(browser);
    await signIn(page, stack.portal, { domain, login, password: PASSWORD }, '/c/t1/quality');
    pages[login] = page;
  }
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

/** What axe finds and what can be moved sideways: at a desk and on a phone, light and dark. */
async function looked(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await shot(page, `${name}-${width}-${colorScheme}`, { fullPage: true });
      expect(await axeFindings(page), `${name} ${width} ${colorScheme}`).toEqual([]);
      expect(await sideways(page), `${name} ${width}`).toBe(0);
    }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('a review', () => {
  test('from its assignment over hearing and judging to the appeal and the decision', async () => {
    const { boss, vera, worker } = pages as Record<'boss' | 'vera' | 'worker', Page>;
    await open(boss, `${stack.portal}/c/t1/quality?show=all`);
    await boss.getByLabel('Номер звонка в системе (Call-ID)').fill('nobody@nowhere');
    await boss.getByRole('button', { name: 'Назначить' }).click();
    await boss.getByText('Такого принятого разговора сотрудника нет.').waitFor();
    await open(boss, `${stack.portal}/c/t1/calls/${encodeURIComponent(call.call_id)}`);
    await boss.getByRole('button', { name: 'Назначить' }).click();
    await boss.getByText('Проверка назначена.').waitFor();

    await open(vera, `${stack.portal}/c/t1/quality`);
    await vera.locator('tr[data-review] a').first().click();
    await vera.getByRole('button', { name: 'Слушать запись' }).click();
    const at = async () => Number(await vera.evaluate('document.querySelector("section.player audio")?.currentTime ?? 0'));
    await until('the recording is heard', async () => (await at()) > 0.5);
    // by keys: yes, then the next question, four of five, the next, no
    await vera.keyboard.press('1');
    await vera.keyboard.press('j');
    await vera.keyboard.press('4');
    await vera.locator('[data-question=tone] textarea').fill('Торопится');
    await vera.locator('[data-question=tone]').getByRole('button', { name: 'Отметить секунду записи' }).click();
    await vera.getByText('Сохранено').waitFor();
    await looked(vera, 'review-writing');
    await vera.reload();
    await vera.locator('[data-question=tone] textarea').waitFor();
    expect(await vera.locator('[data-question=tone] textarea').inputValue()).toBe('Торопится');
    await vera.getByRole('button', { name: 'Сдать проверку' }).click();
    await vera.getByText('Нет ответа').waitFor();
    await vera.locator('[data-question=safe]').getByText('Нет', { exact: true }).first().click();
    await vera.getByRole('button', { name: 'Сдать проверку' }).click();
    // 5 + 5 × 3/4 + 0 of 15
    await vera.getByText('8,8 из 15, критический вопрос не выполнен: Не назвал чужих данных').waitFor();
    await looked(vera, 'review-read');

    await open(worker, `${stack.portal}/c/t1/quality`);
    await worker.locator('tr[data-review] a').first().click();
    await worker.getByLabel('О вопросе «Не назвал чужих данных»').fill('Это был сам клиент');
    await looked(worker, 'review-answer');
    await worker.getByRole('button', { name: 'Возразить' }).click();
    await worker.getByText('Возражение сотрудника').waitFor();
    expect(await worker.getByRole('button', { name: 'Возразить' }).count()).toBe(0);

    await open(boss, `${stack.portal}/c/t1/quality?show=appealed`);
    await boss.locator('tr[data-review] a').first().click();
    const decided = boss.locator('.decided').filter({ hasText: 'Не назвал чужих данных' });
    await decided.getByText('Да', { exact: true }).first().click();
    await boss.getByLabel('Почему так').fill('Клиент назвал данные сам');
    await looked(boss, 'review-decide');
    await boss.getByRole('button', { name: 'Решить' }).click();
    await boss.getByText('Оценка изменена: было 0,0 %, стало 91,7 %').first().waitFor();
    await boss.getByText('Закрыта').first().waitFor();

    await open(boss, `${stack.portal}/c/t1/quality/reports?days=365`);
    await boss.locator('tr[data-key]').first().waitFor();
    expect(await boss.getByRole('heading', { name: 'Средняя оценка по неделям' }).count()).toBe(0);
    // as if a call of the week before had been judged as well
    const db = new pg.Client(stack.databaseUrl());
    await db.connect();
    await db.query(`insert into quality_reviews (tenant, call_id, started_at, employee, group_id, form, version, reviewer, source, state, answers, score,
        is_critical, shares, failed, is_shown, shown_at, submitted_at, created_by)
      select tenant, call_id || '-before', started_at - interval '7 days', employee, group_id, form, version, reviewer, source, 'accepted', answers, 60,
        false, shares, '{}', true, shown_at, submitted_at, created_by from quality_reviews`);
    await db.end();
    await open(boss, `${stack.portal}/c/t1/quality/reports?days=91`);
    await boss.getByRole('heading', { name: 'Средняя оценка по неделям' }).waitFor();
    await looked(boss, 'reports');
    for (const query of ['reports?employee=%00', '?employee=%00', 'forms/1?version=1.5'])
      expect((await boss.request.get(`${stack.portal}/c/t1/quality/${query}`.replace('/?', '?'))).status(), query).toBe(200);
    // whose questions they were, and of one of them the reviews
    await boss.locator(`tr[data-key="${employee}"] th a`).click();
    await boss.locator('tr[data-key$="/tone"]').waitFor();
    expect(new URL(boss.url()).searchParams.get('employee')).toBe(employee);
    // what is answered worst stands first
    expect(await boss.locator('tr[data-key]').first().getAttribute('data-key')).toMatch(/\/tone$/);
    await looked(boss, 'reports-questions');
    await boss.locator('tr[data-key$="/tone"] td a').first().click();
    await boss.locator('tr[data-review]').nth(1).waitFor();
    // a point of the chart opens the reviews of its week
    await open(boss, `${stack.portal}/c/t1/quality/reports?days=91`);
    const points = boss.locator('.chart a[href*="quality?"]');
    await points.first().waitFor({ state: 'attached' });
    await boss.goto(`${stack.portal}${await points.last().getAttribute('href')}`);
    await boss.locator('tr[data-review]').waitFor();
    expect(await boss.locator('tr[data-review]').count()).toBe(1);
    await looked(boss, 'list');
  });
});
