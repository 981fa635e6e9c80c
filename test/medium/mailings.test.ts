import { readCsv } from '@callscope/modules/directory/files/csv.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { companies, events, hep } from './fixtures.ts';
import { type Letter, type MailServer, startMailServer } from './mail-server.ts';
import { type Stack, sendTcp, sendUdp, startStack, until } from './stack.ts';
import { PASSWORD, Visitor } from './visitor.ts';

interface Mailing {
  id: string;
  nextAt: string | null;
  addresses: { address: string; left: string | null }[];
  last: { dueAt: string; sent: number; waiting: number; failed: number; fault: string } | null;
}

let stack: Stack;
let mail: MailServer;
let letters: Letter[];
let views: { journal: string; statistics: string; query: string };
const CALLS = '/tenants/t1/calls?limit=1000&direction=in';

beforeAll(async () => {
  mail = await startMailServer();
  ({ letters } = mail);
  stack = await startStack({ env: { SMTP_URL: mail.url, PORTAL_URL: 'https://portal.test', MAIL_FILES_KB: '12' } });
  for (const [id, { tenant, directory }] of Object.entries(companies())) {
    await stack.rest('PUT', `/tenants/${id}`, tenant);
    await stack.rest('PUT', `/tenants/${id}/directory`, directory);
  }
  await sendUdp(stack.ports.hep, hep('udp'));
  await sendTcp(stack.ports.events, events());
  let before = -1;
  await until(
    'calls are there, and no more come',
    async () => {
      const { length } = await callsOf();
      const isStill = length > 3 && length === before;
      before = length;
      await new Promise((done) => setTimeout(done, 1_500));
      return isStill;
    },
    60_000,
  );
  const at = (await callsOf()).map(({ startedAt }) => Date.parse(startedAt));
  const period = `from=${new Date(Math.min(...at)).toISOString()}&to=${new Date(Math.max(...at) + 1).toISOString()}`;
  const view = async (page: string, name: string, query: string) =>
    (await stack.rest<{ id: string }>('POST', '/tenants/t1/views', { page, name, query })).id;
  views = {
    journal: await view('journal', 'Входящие за день', `${period}&direction=in`),
    statistics: await view('statistics', 'Кто звонил', `${period}&section=in`),
    query: period,
  };
});
afterAll(async () => {
  await stack?.end();
  await mail?.close();
});

const callsOf = async () => (await stack.rest<{ data: { id: string; startedAt: string; from: string }[] }>('GET', CALLS)).data;
const mailings = async () => (await stack.rest<{ data: Mailing[] }>('GET', '/tenants/t1/mailings')).data;
const mailingOf = async (id: string) => (await mailings()).find((one) => one.id === id) as Mailing;
const form = (given: object) => ({
  view: views.journal,
  format: 'csv',
  every: 'day',
  minute: 540,
  addresses: ['boss@alfa.test'],
  ...given,
});
const added = (given: object = {}) => stack.rest<Mailing>('POST', '/tenants/t1/mailings', form(given));
const sendNow = (id: string) => stack.rest<{ letters: number }>('POST', `/tenants/t1/mailings/${id}/letters`, {});
async function inDatabase(text: string, values: unknown[] = []): Promise<void> {
  const db = new pg.Client(stack.databaseUrl());
  await db.connect();
  try {
    await db.query(text, values);
  } finally {
    await db.end();
  }
}

describe('saved views by letter', () => {
  test('the file has every call of the view, and the letter says what it is and how to leave', async () => {
    const { id, nextAt } = await added({ addresses: ['boss@alfa.test', 'OUTSIDE@example.org'] });
    // nine o'clock in Moscow is six in UTC
    expect(nextAt).toMatch(/T06:00:00\.000Z$/);
    expect(await sendNow(id)).toEqual({ letters: 2 });
    await until('two letters came', () => letters.length === 2);
    expect(letters.flatMap(({ to }) => to).sort()).toEqual(['boss@alfa.test', 'outside@example.org']);
    const [letter] = letters as [Letter];
    expect(letter.subject).toContain('Входящие за день');
    expect(letter.text).toContain('https://portal.test/c/t1/journal?');
    expect(letter.headers).toMatch(/List-Unsubscribe:\s+<https:\/\/portal\.test\/api\/mailings\/leave\/[\w-]{32}>/);
    const calls = await callsOf();
    const { rows } = readCsv(letter.files[0]?.content ?? Buffer.alloc(0));
    const numbers = rows.map(({ cells }) => cells.join(' '));
    for (const { from } of calls) expect(numbers.some((row) => row.includes(from))).toBe(true);
    // a head and the totals
    expect(rows.length).toBe(calls.length + 2);
    await until('it is told', async () => (await mailingOf(id)).last?.sent === 2);
  });

  test('what is too large for a letter goes as a link to the whole, which works without signing in', async () => {
    const { id } = await added({ view: views.statistics, format: 'xlsx' });
    const before = letters.length;
    await sendNow(id);
    await until('a letter came', () => letters.length === before + 1);
    const letter = letters.at(-1) as Letter;
    expect(letter.files).toEqual([]);
    const path = /https:\/\/portal\.test(\/mailings\/files\/[\w-]{43})/.exec(letter.text)?.[1] ?? '';
    const answer = await fetch(stack.portal + path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
    const archive = Buffer.from(await answer.arrayBuffer());
    // of its end (PKWARE APPNOTE 4.3.16): a file for each table of the section
    expect(archive.readUInt16LE(archive.length - 12)).toBe(3);
    expect((await fetch(`${stack.portal}/mailings/files/${'a'.repeat(43)}`)).status).toBe(410);
  });

  test('views of details, of missed calls and of ad lines go as the files that their pages give', async () => {
    await stack.rest('PUT', '/tenants/t1/users/reader', { password: PASSWORD, role: 'admin' });
    const reader = new Visitor(stack.portal);
    await reader.signIn('reader', PASSWORD, String(companies().t1?.tenant.domain));
    const period = views.query;
    for (const [page, query] of [
      ['details', `show=missed&${period}`],
      ['details', `show=in&${period}`],
      ['missed', `show=all&${period}`],
      ['ad-lines', period],
    ] as const) {
      const { id: view } = await stack.rest<{ id: string }>('POST', '/tenants/t1/views', {
        page,
        name: `${page} ${query}`.slice(0, 40),
        query,
      });
      const { id } = await added({ view });
      const before = letters.length;
      await sendNow(id);
      await until(`${page} came`, () => letters.length === before + 1);
      const mailed = readCsv(letters.at(-1)?.files[0]?.content ?? Buffer.alloc(0)).rows.map(({ cells }) => cells);
      const shown = await reader.ask(`/c/t1/${page}/file?${query}&format=csv`);
      expect([page, mailed]).toEqual([page, readCsv(Buffer.from(await shown.arrayBuffer())).rows.map(({ cells }) => cells)]);
      expect(mailed.length).toBeGreaterThan(1);
    }
  });

  test('its time comes: sent once, and the next time is set', async () => {
    const { id } = await added({ every: 'week', weekday: 3 });
    const before = letters.length;
    await inDatabase(`UPDATE mailings SET next_at = now() - interval '20 days' WHERE id = $1`, [id]);
    await until('a letter came', () => letters.length === before + 1);
    const { nextAt, last } = await mailingOf(id);
    expect(new Date(nextAt ?? 0).getTime()).toBeGreaterThan(Date.now());
    // of the weeks that passed the last one alone
    expect(Date.now() - Date.parse(last?.dueAt ?? '')).toBeLessThan(8 * 86_400_000);
    await new Promise((done) => setTimeout(done, 6_000));
    expect(letters.length).toBe(before + 1);
  });

  test('a process that is killed in the middle leaves the letter to the next, which sends it once', async () => {
    const { id } = await added();
    mail.mood = 'hangs';
    const [before, begun] = [letters.length, mail.reached];
    await sendNow(id);
    await until('the letter is on its way', () => mail.reached > begun);
    const died = stack.pidOf('portal');
    process.kill(died, 'SIGKILL');
    mail.mood = 'takes';
    await until(
      'the portal is back',
      async () => {
        const answer = await fetch(`${stack.portal}/healthz`).catch(() => null);
        return answer?.status === 200 && stack.pidOf('portal') !== died;
      },
      60_000,
    );
    // the lease of the dead one is over
    await inDatabase(`UPDATE mailing_letters SET next_at = now() WHERE mailing = $1 AND state = 'waiting'`, [id]);
    await until('the letter came', () => letters.length === before + 1);
    await until('it is told', async () => (await mailingOf(id)).last?.sent === 1);
    await new Promise((done) => setTimeout(done, 6_000));
    expect(letters.length).toBe(before + 1);
  });

  test('a server that refuses is asked again later, and the page says why', async () => {
    const { id } = await added();
    mail.mood = 'refuses';
    const before = letters.length;
    await sendNow(id);
    await until('it is told', async () => ((await mailingOf(id)).last?.fault ?? '').includes('mailbox is full'));
    expect((await mailingOf(id)).last).toMatchObject({ sent: 0, waiting: 1 });
    mail.mood = 'takes';
    await inDatabase(`UPDATE mailing_letters SET next_at = now() WHERE mailing = $1`, [id]);
    await until('the letter came', () => letters.length === before + 1);
  });

  test('who leaves is not written to again, also where somebody names them anew', async () => {
    const { id } = await added({ addresses: ['leaver@alfa.test', 'stayer@alfa.test'] });
    const before = letters.length;
    await sendNow(id);
    await until('letters came', () => letters.length === before + 2);
    const link =
      letters.find(({ to }) => to.includes('leaver@alfa.test'))?.text.match(/https:\/\/portal\.test(\/mailings\/leave\/[\w-]+)/)?.[1] ?? '';
    // a program that opens links ends nothing
    expect(await (await fetch(stack.portal + link)).text()).toContain('leaver@alfa.test');
    expect((await mailingOf(id)).addresses.every(({ left }) => left === null)).toBe(true);
    // one click, as mail programs do it (RFC 8058)
    const clicked = await fetch(`${stack.portal}/api${link}`, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    expect(clicked.status).toBe(204);
    await stack.rest('PUT', `/tenants/t1/mailings/${id}`, form({ addresses: ['leaver@alfa.test', 'stayer@alfa.test'] }));
    expect(await sendNow(id)).toEqual({ letters: 1 });
    await until('a letter came', () => letters.length === before + 3);
    expect(letters.at(-1)?.to).toEqual(['stayer@alfa.test']);
  });

  test('what cannot be mailed is refused in words; a view that goes takes its mailing', async () => {
    const refused = async (given: object) => {
      const answer = await stack.fetch('/api/v1/tenants/t1/mailings', {
        method: 'POST',
        body: JSON.stringify(form(given)),
        headers: { 'content-type': 'application/json' },
      });
      return [answer.status, ((await answer.json()) as { errors: { field: string }[] }).errors[0]?.field];
    };
    expect(await refused({ view: '999999' })).toEqual([400, 'view']);
    expect((await refused({ addresses: ['a@alfa.test\r\nBcc: all@alfa.test'] }))[0]).toBe(400);
    expect((await refused({ addresses: [] }))[0]).toBe(400);
    const { id } = await stack.rest<{ id: string }>('POST', '/tenants/t1/views', { page: 'journal', name: 'На час', query: '' });
    const made = await added({ view: id });
    await stack.rest('DELETE', `/tenants/t1/views/${id}`);
    expect((await mailings()).some((one) => one.id === made.id)).toBe(false);
  });
});
