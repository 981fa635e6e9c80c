import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies } from '../medium/fixtures.ts';
import { type Stack, until } from '../medium/stack.ts';
import { FFMPEG } from '../recordings/ffmpeg.ts';
import type { RecordedCall } from '../recordings/pcap.ts';
import { RECORDED, startRecorded } from '../recordings/recorded-company.ts';
import { axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, open, settled, shot, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const domain = String(companies().t1?.tenant.domain);
const LONGEST = [...RECORDED].sort((a, b) => b.call.talk_s - a.call.talk_s)[0] as RecordedCall;
const HELD = RECORDED.find((r) => r.call.kind.includes('hold and resume'));
const day = LONGEST.call.start.slice(0, 10);
const JOURNAL = `/c/t1/journal?from=${day}T00:00:00Z&to=${day}T23:59:59Z&limit=100`;
const cardOf = ({ call }: RecordedCall) => `/c/t1/calls/${encodeURIComponent(call.call_id)}`;

let stack: Stack;
let browser: Browser;
let page: Page;

interface Audio {
  paused: boolean;
  currentTime: number;
  playbackRate: number;
}
const audio = <T>(ask: (audio: Audio) => T) => page.locator('section.player audio').evaluate(ask as unknown as () => T);
const wave = () => page.getByRole('slider', { name: 'Запись на оси звонка' });

beforeAll(async () => {
  if (!HAS_BROWSER || FFMPEG === null) return;
  browser = await launchBrowser();
  stack = await startRecorded();
  await stack.rest('PUT', '/tenants/t1/users/quality', { password: PASSWORD, role: 'quality' });
  await stack.rest('PUT', '/tenants/t1/users/observer', { password: PASSWORD, role: 'observer' });
  page = await newPage(browser);
  await signIn(page, stack.portal, { domain, login: 'quality', password: PASSWORD }, JOURNAL);
});
afterAll(async () => {
  await browser?.close();
  await stack?.end();
});

describe.skipIf(!HAS_BROWSER || FFMPEG === null)('the card of a call', () => {
  test('is opened from the unfolded row and by O, and tells who, how long and why', async () => {
    await open(page, stack.portal + JOURNAL);
    const row = page.locator(`tr[data-call="${LONGEST.call.call_id}"]`);
    await row.locator('.twist').click();
    await page.getByRole('link', { name: 'Карточка звонка' }).first().click();
    await page.waitForURL(`**${cardOf(LONGEST)}`);
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Входящий от' }).waitFor();
    await page.goBack();
    await settled(page);
    await row.locator('.twist').focus();
    await page.keyboard.press('o');
    await page.waitForURL(`**${cardOf(LONGEST)}`);
    await settled(page);
    await page.getByText('Почему так').click();
    await page.getByText('Ответили: разговор состоялся (SIP 200).').waitFor();
  });

  test('recording and call are on one axis: a click on it goes there, the cursor moves with what is heard', async () => {
    await open(page, stack.portal + cardOf(LONGEST));
    await wave().locator('path.client').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Слушать', exact: true }).click();
    await until('it is heard', () => audio((a) => !a.paused && a.currentTime > 0.1));
    const box = await wave().boundingBox();
    if (!box) throw new Error('no waveform');
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
    await until('it is in the middle', async () => Math.abs((await audio((a) => a.currentTime)) - LONGEST.call.talk_s / 2) < 1.5);
    // the lane of the call above it means the same moment
    const lane = await page.locator('.lanes .lane').nth(1).locator('.track').boundingBox();
    if (!lane) throw new Error('no lane');
    await page.mouse.click(box.x + box.width * 0.25, lane.y + lane.height / 2);
    await until('it is at a quarter', async () => Math.abs((await audio((a) => a.currentTime)) - LONGEST.call.talk_s / 4) < 1.5);
    const now = await page.locator('.over .now').boundingBox();
    expect(Math.abs((now?.x ?? 0) - (box.x + box.width * 0.25))).toBeLessThan(box.width * 0.05);
    await page.locator('section.player').getByRole('button', { name: 'Пауза' }).click();
  });

  test('a link to a moment opens there', async () => {
    await page.locator('section.player').getByRole('button', { name: 'Закрыть проигрыватель' }).first().click();
    await open(page, `${stack.portal}${cardOf(LONGEST)}?t=12`);
    await until('it stands or plays there', () => audio((a) => a.currentTime >= 12 && a.currentTime < 20));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: /^Скопировать ссылку на 0:/ }).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(new RegExp(`${cardOf(LONGEST).replaceAll(/[.*+?^$()[\]\\]/g, '\\$&')}\\?t=1\\d$`));
  });

  test('tags by keys, a note, and a comment at its second: on the axis too, and a click goes there', async () => {
    await stack.rest('POST', '/tenants/t1/tags', { name: 'Жалоба', colour: 'red' });
    await open(page, stack.portal + cardOf(LONGEST));
    const said = page.getByRole('region', { name: 'Метки и комментарии' });
    await said.getByRole('combobox', { name: 'Добавить метку' }).focus();
    await page.keyboard.type('жал');
    await page.keyboard.press('Enter');
    await said.getByRole('list', { name: 'Метки звонка' }).getByText('Жалоба').waitFor();
    await said.getByLabel('Заметка о звонке').fill('Вернуться к вопросу о договоре');
    await said.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByRole('button', { name: 'Слушать', exact: true }).click();
    await until('it is heard', () => audio((a) => !a.paused && a.currentTime > 0.1));
    await page.locator('section.player').getByRole('button', { name: 'Пауза' }).click();
    await wave().press('PageUp');
    await said.getByLabel('Новый комментарий').fill('Здесь клиент сердится');
    await said.getByRole('button', { name: /^Добавить на 0:/ }).click();
    const onAxis = page.locator('.lanes').getByRole('button', { name: /Здесь клиент сердится/ });
    await onAxis.waitFor();
    const second = await audio((a) => a.currentTime);
    expect(second).toBeGreaterThan(20);
    await wave().press('Home');
    await until('it is at the beginning', () => audio((a) => a.currentTime < 3));
    await onAxis.click();
    await until('it is at the comment', async () => Math.abs((await audio((a) => a.currentTime)) - second) < 2);
    await wave().press('Home');
    await said.getByRole('button', { name: /^Перейти к 0:/ }).click();
    await until('it is there again', async () => Math.abs((await audio((a) => a.currentTime)) - second) < 2);
    await page.locator('section.player').getByRole('button', { name: 'Закрыть проигрыватель' }).first().click();
    await open(page, stack.portal + cardOf(LONGEST));
    await page.getByText('Здесь клиент сердится').waitFor();
    expect(await said.getByLabel('Заметка о звонке').inputValue()).toBe('Вернуться к вопросу о договоре');
  });

  test('what was held is on the axis; who has no right to SIP messages has no ladder', async () => {
    if (!HELD) throw new Error('no recorded call with hold');
    await open(page, stack.portal + cardOf(HELD));
    await page.locator('.lanes .bar.ph-hold').first().waitFor();
    expect(await page.getByRole('heading', { name: 'Сигнализация' }).count()).toBe(0);
  });

  test('in both themes, at a desk and on a phone', async () => {
    expect(
      await looks(
        page,
        'call-card',
        async () => {
          await open(page, stack.portal + cardOf(HELD ?? LONGEST));
          await wave().locator('path.client').waitFor({ state: 'attached' });
          await page.getByRole('button', { name: 'Слушать', exact: true }).click();
          await page.locator('section.player .wave path').first().waitFor({ state: 'attached' });
        },
        { fullPage: true },
      ),
    ).toEqual([]);
  });

  test('a piece is heard again and again, speed and sides are kept for the next time', async () => {
    await open(page, stack.portal + cardOf(LONGEST));
    await page.getByRole('button', { name: 'Слушать', exact: true }).click();
    await until('it is heard', () => audio((a) => a.currentTime > 0.2));
    await page.keyboard.press('l');
    await until('a little later', () => audio((a) => a.currentTime > 1.2));
    await page.keyboard.press('l');
    await until('it is back', () => audio((a) => a.currentTime < 1));
    await page.locator('section.player .loop').waitFor({ state: 'attached' });
    await page.keyboard.press('l');
    await page.keyboard.press('>');
    expect(await audio((a) => a.playbackRate)).toBe(1.25);
    await page.getByRole('button', { name: 'Как слушать' }).first().click();
    await page.getByRole('slider', { name: 'Баланс' }).fill('1');
    await page.getByRole('switch', { name: /Играть сразу/ }).click();
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'listening');
    await page.keyboard.press('Escape');
    // a click only loads it now (T-27)
    await open(page, stack.portal + cardOf(LONGEST));
    await page.getByRole('button', { name: 'Слушать', exact: true }).click();
    await page.locator('section.player .wave path').first().waitFor({ state: 'attached' });
    await until('it stands', () => audio((a) => a.paused && a.currentTime === 0 && a.playbackRate === 1.25));
    await page.getByRole('button', { name: 'Как слушать' }).first().click();
    expect(await page.getByRole('slider', { name: 'Баланс' }).inputValue()).toBe('1');
    await page.getByRole('switch', { name: /Играть сразу/ }).click();
    await page.getByRole('switch', { name: /Следующая запись сама/ }).click();
    await page.getByRole('button', { name: 'Как записано' }).click();
    await page.keyboard.press('Escape');
  });

  test('after the end the next one of the list is played', async () => {
    await open(page, stack.portal + JOURNAL);
    const first = page.locator('tr[data-call] .recording button').first();
    await first.click();
    await until('it is heard', () => audio((a) => a.currentTime > 0.1));
    const before = await page.locator('section.player .what').textContent();
    await page.locator('section.player .wave').press('End');
    await until('the next one plays', async () => {
      const other = (await page.locator('section.player .what').textContent()) !== before;
      return other && (await audio((a) => !a.paused));
    });
    await page.locator('section.player').getByRole('button', { name: 'Закрыть проигрыватель' }).first().click();
  });

  test('a letter that cannot be sent says why; chosen recordings come as one file', async () => {
    await open(page, stack.portal + cardOf(LONGEST));
    await page.getByRole('button', { name: 'Отправить' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Адрес почты').fill('client@example.org');
    expect(await axeFindings(page)).toEqual([]);
    await shot(page, 'sending');
    await dialog.getByRole('button', { name: 'Отправить' }).click();
    await dialog.getByText('У портала нет почтового сервера').waitFor();
    await page.keyboard.press('Escape');
    const said = await page.evaluate<[number, string | null]>(`(async () => {
      const body = new FormData();
      body.append('call', ${JSON.stringify(LONGEST.call.call_id)});
      const answer = await fetch('/c/t1/calls/archive', { method: 'POST', body });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      return [answer.status, String.fromCharCode(bytes[0], bytes[1])];
    })()`);
    expect(said).toEqual([200, 'PK']);
  });

  test('who may not hear sees the call and no sound; a call that is not there, or is not theirs, is not found', async () => {
    const other = await newPage(browser);
    await signIn(other, stack.portal, { domain, login: 'observer', password: PASSWORD }, cardOf(LONGEST));
    await other.getByText('слушать её ваша роль не может').waitFor();
    expect(await other.locator('.wave').count()).toBe(0);
    expect(await other.getByRole('button', { name: /Слушать|Отправить/ }).count()).toBe(0);
    for (const address of [`/c/t1/calls/nothing`, cardOf(LONGEST).replace('/t1/', '/t2/')])
      expect((await other.goto(stack.portal + address))?.status()).toBe(404);
    await other.context().close();
  });
});
