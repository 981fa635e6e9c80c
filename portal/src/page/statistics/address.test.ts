import { expect, test } from 'vitest';
import { statisticsFromQuery, statisticsToQuery, viewFromQuery } from './address.ts';

const zone = 'Asia/Krasnoyarsk';
const now = Date.parse('2026-11-25T07:20:00Z');

test.each([
  '',
  'period=last-week&direction=in&time=08:00-20:00',
  'from=2026-11-25T06:00:00Z&to=2026-11-25T07:00:00Z&author=e1,-&talkMin=30&compare=off',
  'compare=off&chart=bars&hide=out,inMissed',
  'compare=2026-10-05',
  'section=in&period=month&compare=previous',
  'section=in&period=last-week&as=incoming-by-number.pie,incoming-by-employee.table',
  'section=in&as=incoming-by-number.line,incoming-by-employee.line.talkSeconds',
  'section=days&period=month&as=daily.line',
  'section=days&from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z&step=month&as=monthly.line',
])('"%s" comes back as it was', (query) => {
  const params = new URLSearchParams(query);
  expect(statisticsToQuery(statisticsFromQuery(params, zone, now), viewFromQuery(params))).toBe(query);
});

test('lines are the default, and something is always drawn', () => {
  const view = (query: string) => viewFromQuery(new URLSearchParams(query));
  expect(view('chart=pie')).toEqual({ kind: 'lines', hidden: new Set(), blocks: {}, figures: {} });
  expect(view('hide=out,outFailed,in,inMissed').hidden.size).toBe(0);
  expect(view('as=nonsense.pie,by-group.cake,by-group.pie').blocks).toEqual({ 'by-group': 'pie' });
  // only what has rows of its own over time is drawn as lines, and only its own figures
  expect(view('section=out&as=outgoing-shares.line,outgoing-by-account.line').blocks).toEqual({});
  expect(view('as=incoming-by-number.line.in,by-group.line.nonsense').figures).toEqual({});
  expect(view('hide=in,nonsense').hidden).toEqual(new Set(['in']));
});
