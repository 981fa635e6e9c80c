import { expect, test } from 'vitest';
import { COLUMNS, columnMoved, columnsFor, columnsFrom, columnTicked, hangupWord, keptColumns, type Said, USUAL } from './columns.ts';
import type { JournalRow } from './rows.ts';

const words = { client: 'client', employee: 'employee', caller: 'caller', callee: 'callee', system: 'system' };
const row = (more: Partial<JournalRow>) => ({ direction: 'in', result: 'answered', hangupBy: '', ...more }) as JournalRow;

test('the journal begins with ten columns in the order of the manual (T-20)', () => {
  expect(USUAL).toEqual(['employee', 'direction', 'result', 'from', 'to', 'answeredBy', 'date', 'time', 'talk', 'recording']);
});

test.each([[null], [[]], ['from'], [['from', 'from']], [['from', 'weather']], [['toString']], [[1]]])('%j are no columns', (given) => {
  expect(columnsFrom(given)).toBe(null);
});

test('columns that there are no more are left out of what was kept; without any of them it is as usual', () => {
  expect(keptColumns({ columns: ['callId', 'weather', 'from'] })).toEqual(['callId', 'from']);
  for (const kept of [null, {}, { columns: 'from' }, { columns: ['weather'] }]) expect(keptColumns(kept)).toEqual(USUAL);
});

test('what a call cost is a column of those alone who may know it, in kopecks kept and in roubles shown', () => {
  expect(columnsFor(['from', 'cost'], {})).toEqual(['from']);
  expect(columnsFor(['from', 'cost'], { costs: true })).toEqual(['from', 'cost']);
  expect(columnsFor(['cost'], {})).toEqual(USUAL);
  const money = (kopecks: number) => `${(kopecks / 100).toFixed(2)} ₽`;
  const said = (cost: JournalRow['cost']) => COLUMNS.cost.text(row({ cost }), { money } as Said);
  expect([said({ amount: 360 }), said({ amount: 0 }), said(null)]).toEqual(['3.60 ₽', '0.00 ₽', '']);
});

test('a column moves by one place and stops at the ends; the last one stays', () => {
  expect(columnMoved(['from', 'to', 'time'], 'time', -1)).toEqual(['from', 'time', 'to']);
  expect(columnMoved(['from', 'to'], 'from', -1)).toEqual(['from', 'to']);
  expect(columnMoved(['from', 'to'], 'callId', 1)).toEqual(['from', 'to']);
  expect(columnTicked(['from'], 'callId', true)).toEqual(['from', 'callId']);
  expect(columnTicked(['from', 'callId'], 'from', false)).toEqual(['callId']);
  expect(columnTicked(['from'], 'from', false)).toEqual(['from']);
});

test('dispositions are those of Asterisk, and Billsec whole seconds of talk (A-54)', () => {
  const said = {} as Said;
  const results = ['answered', 'no_answer', 'cancelled', 'busy', 'rejected', 'unavailable', 'failed', null] as const;
  expect(results.map((result) => COLUMNS.disposition.text(row({ result })))).toEqual([
    ...['ANSWERED', 'NO ANSWER', 'NO ANSWER', 'BUSY', 'FAILED', 'FAILED', 'FAILED', ''],
  ]);
  expect(COLUMNS.billsec.text(row({ talk: 61.9 }))).toBe('61');
  expect(COLUMNS.channel.text(row({ number: '1' }), { ...said, channelOf: { 1: 'Яндекс' } })).toBe('Яндекс');
  expect(COLUMNS.channel.text(row({ number: 'toString' }), { ...said, channelOf: {} })).toBe('');
});

test('whoever ended a call is named by their side', () => {
  expect(hangupWord(row({ hangupBy: 'caller' }), words)).toBe('client');
  expect(hangupWord(row({ hangupBy: 'callee' }), words)).toBe('employee');
  expect(hangupWord(row({ hangupBy: 'caller', direction: 'out' }), words)).toBe('employee');
  expect(hangupWord(row({ hangupBy: 'callee', direction: 'internal' }), words)).toBe('callee');
  expect(hangupWord(row({ hangupBy: 'caller', result: null }), words)).toBe('');
});
