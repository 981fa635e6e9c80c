import { expect, test } from 'vitest';
import { type ChangedCost, standingCosts } from './rules-costs.ts';

const cost = (revision: number, startedUs: string, amount: string, more: Partial<ChangedCost> = {}): ChangedCost => ({
  ...{ id: 'a', startedUs, contract: '1', service: 'outgoing', outcome: 'charged', why: '', amount, vat: '0', revision },
  ...more,
});

test('of revisions of a call the newest is written', () => {
  expect(standingCosts([cost(3, '100', '540'), cost(1, '100', '360'), cost(1, '100', '180', { id: 'b' })])).toEqual([
    cost(3, '100', '540'),
    cost(1, '100', '180', { id: 'b' }),
  ]);
});

test('where a call had begun before, it is gone as of its newest revision', () => {
  expect(standingCosts([cost(4, '90', '540'), cost(2, '100', '360'), cost(1, '100', '180')])).toEqual([
    cost(4, '90', '540'),
    cost(4, '100', '0', { outcome: 'gone' }),
  ]);
});
