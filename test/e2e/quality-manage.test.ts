import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import type { Stack } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { HAS_BROWSER, launchBrowser, looks, newPage, open, signIn } from './browser.ts';

/** What a supervisor sets up: score forms, plans, calibrations. */

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const BASE = '/c/t1/quality';

let stack: Stack;
let browser: Browser;
const pages: Record<string, Page> = {};
/** answered by Anna */
const call = RECORDED.find((one) => one.call.answered_by?.startsWith('101@') && one.call.direction === 'in')?.call.call_id ?? '';

beforeAll(async () => {
  if (!HAS_BROWSER || FFMPEG === null) return;
  browser = await launchBrowser();
  stack = await startRecorded();
  for (const [login, role] of [
    ['boss', 'supervisor'],
    ['vera', 'quality'],
    ['gleb', 'quality'],
  ] as const) {
    await stack.rest('PUT', `/tenants/t1/users/${login}`, { password: PASSWORD, role });
    const page = await newPage(browser);
    await signIn(page, stack.portal, { domain, login, password: PASSWORD }, BASE);
    pages[login] = page;
  }
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

interface Form {
  id: string;
  version: number;
  archived: boolean;
  body: {
    name: string;
    groups: { name: string; questions: { id: string; text: string; weight: number; commentBelow: number | null }[] }[];
  };
}
const forms = async () => (await stack.rest<{ data: Form[] }>('GET', '/tenants/t1/quality/forms')).data;
const whole = { fullPage: true };
/** Of a list that a field opens. */
async function choose(page: Page, label: string, option: string, nth = 0): Promise<void> {
  await page
    .getByRole('button', { name: `${label}:` })
    .nth(nth)
    .click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('what a supervisor sets up', () => {
  test('a score form: from the example, changed into version 2, archived and back', async () => {
    const { boss, vera } = pages as Record<'boss' | 'vera', Page>;
    await open(vera, `${stack.portal}${BASE}/forms`);
    await vera.getByText('Анкеты делает руководитель.').waitFor();
    expect(await vera.getByRole('link', { name: 'Взять готовую' }).count()).toBe(0);

    await open(boss, `${stack.portal}${BASE}/forms`);
    expect(await looks(boss, 'forms-none', undefined, whole)).toEqual([]);
    await boss.getByRole('link', { name: 'Взять готовую' }).click();
    await boss.getByRole('heading', { name: 'Новая анкета' }).waitFor();
    expect(await forms()).toEqual([]);
    // what is wrong is marked, and nothing is kept
    await boss.getByLabel('Название анкеты').fill('');
    await boss.getByLabel('Баллов за лучший ответ').first().fill('');
    await boss.getByRole('button', { name: 'Сохранить', exact: true }).last().click();
    await boss.getByText('Назовите анкету').waitFor();
    await boss.getByText('От 1 до 100').waitFor();
    expect(await boss.evaluate('document.activeElement?.getAttribute("aria-invalid")')).toBe('true');
    expect(await looks(boss, 'form-wrong', undefined, whole)).toEqual([]);
    await boss.getByLabel('Название анкеты').fill('Входящие');
    await boss.getByLabel('Баллов за лучший ответ').first().fill('5');
    await boss.getByRole('button', { name: 'Сохранить', exact: true }).last().click();
    await boss.getByText('Анкета сохранена: версия 1.').waitFor();
    await boss.getByRole('heading', { name: 'Входящие, версия 1' }).waitFor();
    const [first] = await forms();
    expect(first).toMatchObject({ version: 1, archived: false, body: { name: 'Входящие' } });

    // another question, of a scale, moved up into the group before
    const save = boss.getByRole('button', { name: 'Сохранить как новую версию' }).last();
    expect(await save.isDisabled()).toBe(true);
    await boss.getByRole('button', { name: 'Добавить вопрос' }).last().click();
    await boss.keyboard.type('Предложил акцию');
    const added = boss.locator('li[data-part]').last();
    await added.getByRole('button', { name: 'Ответ:' }).click();
    await boss.getByRole('option', { name: 'Шкала' }).click();
    await added.getByLabel('Лучшая оценка').fill('3');
    await added.getByLabel('Баллов за лучший ответ').fill('20');
    await added.getByRole('button', { name: 'Выше: Предложил акцию' }).click();
    for (let i = 0; i < 3; i++) await boss.getByRole('button', { name: 'Выше: Предложил акцию' }).click();
    expect(await looks(boss, 'form', undefined, whole)).toEqual([]);
    // what is typed is not lost by a click elsewhere
    const elsewhere = boss.getByRole('link', { name: 'Журнал звонков' }).first();
    await elsewhere.click();
    const leaving = boss.getByRole('dialog', { name: 'Уйти без сохранения?' });
    await leaving.getByRole('button', { name: 'Остаться' }).click();
    await leaving.waitFor({ state: 'hidden' });
    expect(await boss.getByRole('button', { name: 'Выше: Предложил акцию' }).count()).toBe(1);
    await save.click();
    await boss.getByText('Сохранено: версия 2. Сделанные проверки остаются со своей версией.').waitFor();
    const [second] = await forms();
    const deal = second?.body.groups[2];
    expect(second?.version).toBe(2);
    expect(deal?.questions.at(-1)).toMatchObject({ text: 'Предложил акцию', kind: 'scale', max: 3, weight: 20, commentBelow: 3 });
    // the others are the same questions as before
    const ids = (form: Form | undefined) => form?.body.groups.flatMap(({ questions }) => questions.map(({ id }) => id)) ?? [];
    expect(ids(second)).toEqual(expect.arrayContaining(ids(first)));

    // the version before can be looked at
    await choose(boss, 'Версия', 'Версия 1');
    await boss.getByText('Сейчас в работе версия 2.').waitFor();
    expect(await boss.getByLabel('Название анкеты').inputValue()).toBe('Входящие');
    expect(await boss.locator('li[data-part]').count()).toBe(10);
    await choose(boss, 'Версия', 'Версия 2');
    await boss.getByRole('heading', { name: 'Входящие, версия 2' }).waitFor();

    await boss.getByLabel('Название анкеты').fill('Не сохранено');
    await elsewhere.click();
    await leaving.getByRole('button', { name: 'Уйти без сохранения' }).click();
    await boss.waitForURL(/\/journal/);
    await open(boss, `${stack.portal}${BASE}/forms/${first?.id}`);
    expect(await boss.getByLabel('Название анкеты').inputValue()).toBe('Входящие');

    await open(vera, `${stack.portal}${BASE}/forms/${first?.id}`);
    await vera.getByText('Предложил акцию').waitFor();
    expect(await vera.getByRole('button', { name: 'Сохранить' }).count()).toBe(0);
    expect(await looks(vera, 'form-read', undefined, whole)).toEqual([]);
    expect((await vera.goto(`${stack.portal}${BASE}/forms/new`))?.status()).toBe(403);

    await boss.getByRole('button', { name: 'В архив' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'В архив' }).click();
    await boss.getByText('Анкета в архиве.').waitFor();
    expect((await forms())[0]?.archived).toBe(true);
    await open(boss, `${stack.portal}${BASE}/forms`);
    await boss.locator('tr[data-form]').getByText('В архиве').waitFor();
    expect(await looks(boss, 'forms', undefined, whole)).toEqual([]);
    await boss.getByRole('link', { name: 'Входящие' }).click();
    await boss.getByRole('button', { name: 'Вернуть в работу' }).click();
    await boss.getByText('Анкета снова в работе.').waitFor();
    expect((await forms())[0]?.archived).toBe(false);
  });

  test('the term of appeals', async () => {
    const { boss, vera } = pages as Record<'boss' | 'vera', Page>;
    await open(boss, `${stack.portal}${BASE}/forms`);
    await boss.getByLabel('Дней на возражение').fill('14');
    await boss.getByRole('button', { name: 'Сохранить срок' }).click();
    await boss.getByText('Срок сохранён.').waitFor();
    expect(await stack.rest('GET', '/tenants/t1/quality/settings')).toEqual({ appealDays: 14 });
    await open(vera, `${stack.portal}${BASE}/forms`);
    await vera.getByText('Дней на возражение: 14').waitFor();
  });

  test('a plan: made, its drawing and the reviews behind it, stopped, deleted', async () => {
    const { boss } = pages as Record<'boss', Page>;
    await open(boss, `${stack.portal}${BASE}/plans`);
    await boss.getByText('Планов пока нет').waitFor();
    expect(await looks(boss, 'plans-none', undefined, whole)).toEqual([]);
    await boss.getByRole('link', { name: 'Новый план' }).click();
    await boss.getByRole('heading', { name: 'Новый план' }).waitFor();
    await boss.getByRole('button', { name: 'Сохранить' }).click();
    await boss.getByText('Назовите план').waitFor();
    await boss.getByLabel('Название плана').fill('Каждую неделю');
    await boss.getByLabel('Звонков в неделю').fill('1');
    await boss.getByLabel('Разговор не короче').fill('5');
    // a condition of the journal's, in its own drawer
    await boss.getByRole('button', { name: 'Условия' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Направление:' }).click();
    await boss.getByRole('option', { name: 'Входящий' }).click();
    await boss.keyboard.press('Escape');
    await boss.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click();
    await boss.getByRole('button', { name: 'Кто проверяет:' }).click();
    await boss.getByRole('option', { name: 'vera' }).click();
    await boss.keyboard.press('Escape');
    await boss.getByLabel('Вслепую вдвоём').check();
    await boss.getByText('Вслепую проверяют двое: выберите хотя бы двоих.').waitFor();
    await boss.getByRole('button', { name: 'Кто проверяет:' }).click();
    await boss.getByRole('option', { name: 'gleb' }).click();
    await boss.keyboard.press('Escape');
    expect(await boss.getByText('Вслепую проверяют двое: выберите хотя бы двоих.').count()).toBe(0);
    expect(await looks(boss, 'plan-new', undefined, whole)).toEqual([]);
    await boss.getByRole('button', { name: 'Сохранить' }).click();
    await boss.getByText('План сохранён. Прошлую неделю он отберёт в течение минуты.').waitFor();
    const [plan] = (await stack.rest<{ data: { id: string; query: string }[] }>('GET', '/tenants/t1/quality/plans')).data;
    expect(plan).toMatchObject({
      ...{ name: 'Каждую неделю', per: 'employee', calls: 1, minSeconds: 5, dueDays: 7, isActive: true },
      ...{ reviewers: ['vera', 'gleb'], isBlind: true, query: 'direction=in' },
    });

    // the week of the recorded calls is not over yet: drawn by hand
    const drawn = await stack.rest<{ calls: number }>('POST', `/tenants/t1/quality/plans/${plan?.id}/weeks`, { week: '2026-11-23' });
    expect(drawn.calls).toBeGreaterThan(0);
    await open(boss, `${stack.portal}${BASE}/plans/${plan?.id}`);
    expect(await looks(boss, 'plan', undefined, whole)).toEqual([]);
    await boss.locator('tr[data-week="2026-11-23"]').getByRole('link').click();
    await boss.getByRole('heading', { name: 'Проверки, которые отобрал план' }).waitFor();
    // two review each
    expect(await boss.locator('tr[data-review]').count()).toBe(2 * drawn.calls);

    await open(boss, `${stack.portal}${BASE}/plans`);
    await boss.locator('tr[data-plan]').getByText('1 звонок каждого сотрудника, от').waitFor();
    expect(await looks(boss, 'plans', undefined, whole)).toEqual([]);
    await boss.getByRole('button', { name: 'Остановить: Каждую неделю' }).click();
    await boss.getByText('План остановлен.').waitFor();
    const state = async () => (await stack.rest<{ data: { isActive: boolean }[] }>('GET', '/tenants/t1/quality/plans')).data;
    expect((await state())[0]?.isActive).toBe(false);
    await boss.getByRole('link', { name: 'Каждую неделю' }).click();
    await boss.getByRole('button', { name: 'Удалить план' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Удалить план' }).click();
    await boss.getByText('План удалён.').waitFor();
    expect(await state()).toEqual([]);
  });

  test('a calibration: given from the card of a call, judged by two, closed, and how far they stand apart', async () => {
    const { boss, vera, gleb } = pages as Record<'boss' | 'vera' | 'gleb', Page>;
    const questions = [
      { id: 'hello', text: 'Поздоровался', kind: 'yesno', weight: 5, commentBelow: 1 },
      { id: 'tone', text: 'Тон', kind: 'scale', max: 5, weight: 5 },
      { id: 'safe', text: 'Не назвал чужих данных', kind: 'yesno', weight: 5, critical: true },
    ];
    await stack.rest('POST', '/tenants/t1/quality/forms', { name: 'Короткая', groups: [{ id: 'g', name: 'Разговор', questions }] });
    await open(vera, `${stack.portal}${BASE}/calibrations`);
    await vera.getByText('Здесь появятся калибровки, в которых вы участвуете.').waitFor();
    expect(await vera.getByRole('button', { name: 'Начать калибровку' }).count()).toBe(0);

    await open(boss, `${stack.portal}/c/t1/calls/${encodeURIComponent(call)}`);
    await boss.getByRole('link', { name: 'Калибровка' }).click();
    await boss.getByText('Калибровок пока нет').waitFor();
    expect(await boss.getByLabel('Номер звонка в системе (Call-ID)').inputValue()).toBe(call);
    await boss.getByRole('button', { name: 'Начать калибровку' }).click();
    await boss.getByText('Назовите калибровку').waitFor();
    await boss.getByText('Выберите хотя бы двоих').waitFor();
    expect(await looks(boss, 'calibrations-none', undefined, whole)).toEqual([]);
    await boss.getByLabel('Название', { exact: true }).fill('Ноябрь');
    await choose(boss, 'Анкета', 'Короткая');
    await boss.getByRole('button', { name: 'Кто оценивает:' }).click();
    for (const login of ['vera', 'gleb', 'boss']) await boss.getByRole('option', { name: login }).click();
    await boss.keyboard.press('Escape');
    await choose(boss, 'Эталон', 'vera');
    await boss.getByRole('button', { name: 'Начать калибровку' }).click();
    await boss.getByText('Калибровка началась: проверки назначены.').waitFor();
    await boss.getByRole('heading', { name: 'Ноябрь' }).waitFor();
    const address = boss.url();
    const close = boss.getByRole('button', { name: 'Закрыть калибровку' }).first();
    expect(await close.isDisabled()).toBe(true);
    await boss.getByRole('link', { name: 'Оценить разговор' }).waitFor();

    const submit = async (page: Page, answers: object) => {
      await open(page, address);
      await page.getByRole('link', { name: 'Оценить разговор' }).click();
      await page.getByRole('button', { name: 'Сдать проверку' }).waitFor();
      expect(
        await page.evaluate(
          `(async () => { const body = new FormData(); body.set('answers', ${JSON.stringify(JSON.stringify(answers))});
            return (await (await fetch(location.pathname + '?/submit', { method: 'POST', body, headers: { 'x-sveltekit-action': 'true' } })).json()).type; })()`,
        ),
      ).toBe('success');
    };
    await submit(vera, { hello: { value: 1 }, tone: { value: 5 }, safe: { value: 1 } });
    await submit(gleb, { hello: { value: 0, comment: 'Не назвал себя' }, tone: { value: 3 }, safe: { value: 1 } });
    // nobody is told before it is closed
    await open(gleb, address);
    await gleb.locator('tr[data-reviewer=vera]').getByText('Сдана').waitFor();
    expect(await gleb.locator('tr[data-question]').count()).toBe(0);
    expect(await gleb.locator('tr[data-reviewer=vera]').getByText('%').count()).toBe(0);

    await boss.reload();
    expect(await looks(boss, 'calibration-open', undefined, whole)).toEqual([]);
    await close.click();
    await boss.getByText('Ещё не сдали и будут сняты: boss.').waitFor();
    await boss.getByRole('dialog').getByRole('button', { name: 'Закрыть калибровку' }).click();
    await boss.getByText('Калибровка закрыта.').waitFor();
    const cells = (row: string) =>
      boss
        .locator(`tr[${row}] :is(th, td)`)
        .allInnerTexts()
        .then((all) => all.map((text) => text.replaceAll('\u00a0', ' ').trim()));
    await boss.locator('tr[data-question=hello]').waitFor();
    expect(await cells('data-question=hello')).toEqual([
      'Поздоровался',
      'Да',
      expect.stringMatching(/^Нет, иначе\s+Не назвал себя$/),
      '0,0 %',
      '100,0 %',
    ]);
    expect(await cells('data-question=tone')).toEqual(['Тон', '5', '3, иначе', '0,0 %', '50,0 %']);
    expect((await cells('data-question=safe')).slice(1)).toEqual(['Да', 'Да', '100,0 %', '0,0 %']);
    // of three questions one is the same; (1 + 1/2 + 0) / 3 apart
    expect((await cells('data-reviewer=gleb')).slice(1)).toEqual(['Сдана', '50,0 %', '33,3 %', '50,0 %']);
    expect(await looks(boss, 'calibration', undefined, whole)).toEqual([]);
    await open(vera, `${stack.portal}${BASE}/calibrations`);
    await vera.locator('tr[data-calibration]').getByText('Закрыта').waitFor();
    expect(await looks(vera, 'calibrations', undefined, whole)).toEqual([]);
  });
});
