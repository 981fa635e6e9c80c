import { HOLDERS } from '@callscope/modules/access/rights.ts';
import { expect, test } from 'vitest';
import { BEGINS, CARD_IDS, type CardId, dropped, layoutOf, moved, rowsOf } from './cards.ts';

const WHOLE = BEGINS.admin;

test('every role begins with cards, the figures first, none twice', () => {
  for (const role of HOLDERS) {
    const begins = BEGINS[role];
    expect(begins.length, role).toBeGreaterThan(3);
    expect(begins[0], role).toBe('figures');
    expect(new Set(begins).size, role).toBe(begins.length);
    expect(layoutOf(role, null)).toEqual({ shown: begins, isDefault: true });
  }
});

test('what was arranged stays: order, what was taken away, and cards that are no more are left out', () => {
  const arranged = { shown: ['now', 'gone', 'figures'], hidden: ['hourly', 'missed', 'employees', 'numbers'] };
  expect(layoutOf('admin', arranged)).toEqual({ shown: ['now', 'figures'], isDefault: false });
  // a card of the role that was not there when the person arranged theirs
  expect(layoutOf('admin', { ...arranged, hidden: ['hourly', 'missed', 'employees'] }).shown).toEqual(['now', 'figures', 'numbers']);
  expect(layoutOf('admin', { shown: [], hidden: CARD_IDS }).shown).toEqual([]);
});

test('rows are full, whatever the order', () => {
  const orders: CardId[][] = [[...WHOLE], ['hourly', 'hourly', 'missed'], ['missed', 'employees', 'now'], [...CARD_IDS].reverse()];
  for (const order of orders) for (const row of rowsOf(order)) expect(row.reduce((sum, { span }) => sum + span, 0)).toBe(12);
  expect(rowsOf(WHOLE).map((row) => row.map(({ id }) => id))).toEqual([
    ['figures'],
    ['hourly', 'missed'],
    ['employees', 'numbers'],
    ['now'],
  ]);
});

test('a card goes left and right by one place, up and down by a row', () => {
  expect(moved(WHOLE, 'missed', 'left', false)).toEqual(['figures', 'missed', 'hourly', 'employees', 'numbers', 'now']);
  expect(moved(WHOLE, 'missed', 'down', false)).toEqual(['figures', 'hourly', 'employees', 'numbers', 'missed', 'now']);
  expect(moved(WHOLE, 'numbers', 'up', false)).toEqual(['figures', 'hourly', 'numbers', 'missed', 'employees', 'now']);
  expect(moved(WHOLE, 'now', 'up', false)).toEqual(['figures', 'hourly', 'missed', 'now', 'employees', 'numbers']);
  // a phone has one card a row
  expect(moved(WHOLE, 'numbers', 'up', true)).toEqual(['figures', 'hourly', 'missed', 'numbers', 'employees', 'now']);
});

test('there is no place beyond the ends', () => {
  expect(moved(WHOLE, 'figures', 'up', false)).toBe(WHOLE);
  expect(moved(WHOLE, 'figures', 'left', false)).toBe(WHOLE);
  expect(moved(WHOLE, 'now', 'down', false)).toBe(WHOLE);
  expect(moved(WHOLE, 'now', 'right', true)).toBe(WHOLE);
});

test('a card is dropped beside another', () => {
  expect(dropped(WHOLE, 'now', 'hourly', 'before')).toEqual(['figures', 'now', 'hourly', 'missed', 'employees', 'numbers']);
  expect(dropped(WHOLE, 'figures', 'missed', 'after')).toEqual(['hourly', 'missed', 'figures', 'employees', 'numbers', 'now']);
  expect(dropped(WHOLE, 'now', 'now', 'before')).toBe(WHOLE);
});
