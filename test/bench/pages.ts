import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Page } from 'playwright-core';
import { HAS_BROWSER, launchBrowser, signIn } from '../e2e/browser.ts';
import { type Stack, startStack } from '../medium/stack.ts';
import type { BenchResult } from './result.ts';
import { quantile, storeOf } from './store.ts';

const ROWS = 20_000_000;
const DAYS = 180;
const TIMES = 60;
const CLIENT = fileURLToPath(new URL('../../portal/build/client', import.meta.url));
const VISITOR = { domain: 'big.pbx.test', login: 'admin', password: 'bench-bench' };

/** What people wait for, over one company with 20 M calls: lists and charts at REST, pages, scripts, the largest paint. */
export async function pages(): Promise<BenchResult[]> {
  const stack = await startStack();
  const store = storeOf(stack);
  try {
    await company(stack);
    await fill(store);
    const cookie = await sessionCookie(stack);
    return [...(await atRest(stack)), ...(await asPages(stack, cookie)), ...(await inBrowser(stack))];
  } finally {
    await store.close();
    await stack.end();
  }
}

async function company(stack: Stack): Promise<void> {
  await stack.rest('PUT', '/tenants/big', { name: 'Большая', domain: VISITOR.domain, timezone: 'Europe/Moscow' });
  await stack.rest('PUT', '/tenants/big/directory', {
    numbers: Array.from({ length: 12 }, (_, i) => ({ number: String(74951000100 + i), label: `Линия ${i + 1}` })),
    groups: [{ id: 'sales', name: 'Продажи' }],
    employees: Array.from({ length: 40 }, (_, i) => ({
      id: `e${i}`,
      name: `Сотрудник ${i}`,
      group: 'sales',
      extensions: [String(101 + i)],
    })),
  });
  await stack.rest('PUT', '/tenants/big/users/admin', { password: VISITOR.password, role: 'admin' });
}

async function fill(store: ClickHouseClient): Promise<void> {
  const step = Math.floor((DAYS * 86_400_000_000) / ROWS);
  await store.command({
    query: `INSERT INTO calls (tenant, started_at, id, call_ids, direction, result, missed_kind, caller, dialled, dialled_raw, number, answered_by, employee, group_id,
        ringing_at, answered_at, ended_at, leg_target, leg_employee, leg_started_at, leg_result, leg_sip_code, leg_rang, revision, written_at)
      WITH now64(6) - toIntervalMicrosecond(toUInt64(number) * ${step}) AS start, cityHash64(number, 1) AS h1, cityHash64(number, 2) AS h2,
        1 + (h1 % 10 >= 6) + (h1 % 10 >= 9) AS dir, 1 + (h2 % 4 > 2) + (h2 % 16 = 15) AS res, toString(101 + h1 % 40) AS ext, concat('e', toString(h1 % 40)) AS emp, toString(74951000100 + h2 % 12) AS did
      SELECT 'big', start, concat(hex(cityHash64(number)), '@h') AS id, [id], dir, res, if(dir = 1 AND res != 1, 4, 0), concat('7916', leftPad(toString(h1 % 10000000), 7, '0')),
        did, did, did, if(res = 1, ext, ''), if(dir = 1 AND res != 1, '', emp), if(dir = 1 AND res != 1, '', 'sales'),
        start + toIntervalSecond(1), if(res = 1, start + toIntervalSecond(6), toDateTime64(0, 6, 'UTC')), start + toIntervalSecond(6 + h2 % 300),
        [ext], [emp], [start], [res], [if(res = 1, 200, 487)], [1], 1, now64(3)
      FROM numbers(${ROWS})`,
    clickhouse_settings: { max_insert_block_size: '1000000', max_execution_time: 0 },
  });
}

async function sessionCookie(stack: Stack): Promise<string> {
  const response = await fetch(`${stack.portal}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: stack.portal, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: new URLSearchParams(VISITOR).toString(),
  });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** @returns ms of each request, sorted by nothing */
async function timed(ask: () => Promise<Response>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < TIMES + 3; i++) {
    const began = performance.now();
    const response = await ask();
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${response.url}: ${response.status}`);
    // the first three warm the portal's code up
    if (i >= 3) times.push(performance.now() - began);
  }
  return times;
}

function row(name: string, figure: string, times: number[], limit?: number): BenchResult {
  const p95 = quantile(times, 0.95);
  return {
    name,
    figure: `${figure}, p95 of ${TIMES}`,
    value: p95,
    unit: 'ms',
    ...(limit === undefined ? {} : { target: `< ${limit}`, met: p95 < limit }),
  };
}

async function atRest(stack: Stack): Promise<BenchResult[]> {
  const name = 'REST, 20 M calls of one company';
  const now = Date.now();
  const day = `from=${new Date(now - 86_400_000).toISOString()}&to=${new Date(now).toISOString()}`;
  const quarter = 900_000;
  const edge = Math.floor(now / quarter) * quarter;
  const month = `from=${new Date(edge - 30 * 86_400_000).toISOString()}&to=${new Date(edge).toISOString()}`;
  const get = (path: string) => timed(() => stack.fetch(`/api/v1/tenants/big/${path}`));
  return [
    row(name, 'journal, a page of a day', await get(`calls?${day}`), 60),
    row(name, 'journal, a page of everything', await get('calls'), 60),
    row(name, 'journal, a page of one employee', await get(`calls?${month}&employee=e7`), 60),
    row(name, 'journal, a page of missed calls', await get(`calls?${month}&direction=in&answered=false`), 60),
    row(name, 'by hour, a day', await get(`reports/hourly?${day}`), 80),
    row(name, 'by hour, a month', await get(`reports/hourly?${month}`), 80),
  ];
}

async function asPages(stack: Stack, cookie: string): Promise<BenchResult[]> {
  const name = 'pages as HTML, 20 M calls of one company';
  const get = (path: string) => timed(() => fetch(`${stack.portal}/c/big${path}`, { headers: { cookie, accept: 'text/html' } }));
  return [
    row(name, 'journal of today', await get('/journal')),
    row(name, 'statistics of today', await get('/statistics')),
    row(name, 'dashboard', await get('')),
  ];
}

/** First visit of a browser that has nothing in its cache: scripts as sent (gzip) and the largest contentful paint. */
async function inBrowser(stack: Stack): Promise<BenchResult[]> {
  if (!HAS_BROWSER) return [];
  const browser = await launchBrowser();
  try {
    const results: BenchResult[] = [];
    for (const [name, path] of [
      ['journal', '/c/big/journal'],
      ['statistics', '/c/big/statistics'],
      ['dashboard', '/c/big'],
      ['sign-in', '/sign-in'],
    ] as const) {
      const visits: number[] = [];
      let kilobytes = 0;
      for (let i = 0; i < 5; i++) {
        const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
        const page = await context.newPage();
        if (path.startsWith('/c/')) await signIn(page, stack.portal, VISITOR, '/c/big/live');
        const { cookies } = await context.storageState();
        await context.close();
        const fresh = await browser.newContext({ viewport: { width: 1440, height: 900 } });
        await fresh.addCookies(cookies);
        const visit = await fresh.newPage();
        const scripts = new Set<string>();
        visit.on('response', (response) => {
          const { pathname } = new URL(response.url());
          if (pathname.endsWith('.js')) scripts.add(pathname);
        });
        await visit.goto(`${stack.portal}${path}`, { waitUntil: 'load' });
        await visit.waitForTimeout(700);
        visits.push(await largestPaint(visit));
        kilobytes = [...scripts].reduce((sum, file) => sum + gzipped(file), 0) / 1_024;
        await fresh.close();
      }
      const paint = quantile(visits, 0.5);
      results.push(
        { name: `first visit: ${name}`, figure: 'script, gzip', value: kilobytes, unit: 'KB', target: '< 200', met: kilobytes < 200 },
        {
          name: `first visit: ${name}`,
          figure: 'largest contentful paint, median of 5',
          value: paint,
          unit: 'ms',
          target: '< 1,200',
          met: paint < 1_200,
        },
      );
    }
    return results;
  } finally {
    await browser.close();
  }
}

function gzipped(file: string): number {
  try {
    return statSync(`${CLIENT}${file}.gz`).size;
  } catch {
    return statSync(`${CLIENT}${file}`).size;
  }
}

function largestPaint(page: Page): Promise<number> {
  return page.evaluate(
    `new Promise((done) => new PerformanceObserver((list) => done(Math.max(...list.getEntries().map((e) => e.startTime)))).observe({ type: 'largest-contentful-paint', buffered: true }))`,
  );
}
