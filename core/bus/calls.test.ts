import { expect, test } from 'vitest';
import type { CallRow } from '../domain/call.ts';
import { type CallNews, callMessages, readCallNews } from './calls.ts';

const news = (id: string): CallNews => ({ what: 'finished', row: { id, tenant: 't1' } as CallRow });

test('a block is as few messages as fit, each call in one of them and in order', () => {
  const all = Array.from({ length: 50 }, (_, i) => news(`call-${i}`));
  for (const most of [1, 150, 500, 1e6]) {
    const messages = callMessages(all, most);
    expect(messages.flatMap((m) => readCallNews(m.body))).toEqual(all);
    expect(messages.flatMap((m) => m.news)).toEqual(all);
    for (const { body, news: part } of messages) expect(part.length === 1 || body.length <= most + part.length + 1).toBe(true);
  }
  expect(callMessages(all, 1e6)).toHaveLength(1);
  expect(callMessages([])).toEqual([]);
});

test('what is no news is left out', () => {
  expect(readCallNews('no json')).toEqual([]);
  expect(readCallNews('{"what":"finished"}')).toEqual([]);
  expect(readCallNews(JSON.stringify([null, 7, { what: 'other', row: { id: 'x', tenant: 't' } }, news('a')]))).toEqual([news('a')]);
});
