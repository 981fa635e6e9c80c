import { OPERATOR_DOMAIN } from '@callscope/core/domain/tenant.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, conversations, events, hep } from '../medium/fixtures.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from '../medium/stack.ts';
import { awake, axeFindings, HAS_BROWSER, launchBrowser, looks, newPage, signIn } from './browser.ts';

const PASSWORD = 'secret-secret';
const PAGE = '/operator/reconciliation';
/** On it the fixtures' calls were made. */
const DAY = '2026-11-23';
const withoutCdr = conversations(true).find((c) => c.n === 3)?.call_id ?? '';

let stack: Stack;
let browser: Browser;
let page: Page;

describe.skipIf(!HAS_BROWSER)('the page of reconciliation', () => {
  beforeAll(async () => {
    browser = await launchBrowser();
    stack = await startStack();
    for (const [id, { tenant, directory }] of Object.entries(companies())) {
      await stack.rest('PUT', `/tenants/${id}`, tenant);
      await stack.rest('PUT', `/tenants/${id}/directory`, directory);
    }
    await stack.rest('PUT', '/ops/users/olga', { password: PASSWORD, role: 'operator' });
    await sendUdp(stack.ports.hep, hep('udp'));
    await sendTcp(
      stack.ports.events,
      events().filter((event) => !(event.includes(withoutCdr) && event.includes('E_ACC_CDR'))),
    );
    await until('the last calls are written', async () => {
      const { data } = await stack.rest<{ data: unknown[] }>(
        'GET',
        `/tenants/t2/calls?from=${DAY}T00:00:00Z&to=2026-11-24T00:00:00Z&limit=100`,
      );
      return data.length === conversations(true).filter((c) => c.tenant === 't2').length;
    });
    page = await newPage(browser);
    await signIn(page, stack.portal, { domain: OPERATOR_DOMAIN, login: 'olga', password: PASSWORD }, PAGE, awake);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.end();
  });

  test('the operator asks for a day, reads what disagrees by its cause and opens the call', async () => {
    await page.locator('input[name=day]').fill(DAY);
    await page.getByRole('button', { name: 'Сверить' }).click();
    const cause = page.locator('section, .panel').filter({ has: page.getByText('Нет CDR', { exact: true }) });
    await cause.first().waitFor();
    const link = page.locator(`[data-finding="${withoutCdr}"] a`).first();
    expect(await link.getAttribute('href')).toBe(`/c/t2/calls/${encodeURIComponent(withoutCdr)}`);
    expect(await page.locator('[data-day]').first().textContent()).toContain('готово');
    expect(await page.getByText('Нет записи', { exact: true }).count()).toBeGreaterThan(0);
  });

  test('it can be read by everybody, at a desk and on a phone, by day and by night', async () => {
    expect(await axeFindings(page)).toEqual([]);
    expect(await looks(page, 'reconciliation', undefined, { fullPage: true })).toEqual([]);
  });
});
