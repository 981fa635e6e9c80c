import type { CallCharge } from '@callscope/modules/finance/charges.ts';
import { expect, test } from 'vitest';
import { createFormat } from '../../format/format.ts';
import { ru } from '../../words/ru.ts';
import { cardCharge, chargeWords } from './charge.ts';

const format = createFormat({ locale: 'ru', words: ru.format, zone: 'Europe/Moscow', country: 'RU' });
const line = {
  ...{ tariff: 'base', version: 1, prefix: '7495', name: 'Москва', price: '1.5', connection: '0', vatIncluded: true },
  ...{ minSeconds: 0, stepSeconds: 1, freeSeconds: 0 },
};
const charge: CallCharge = {
  ...{ revision: 1, contract: '25402-CBT', service: 'outgoing', outcome: 'charged', why: null, talkSeconds: 65, billedSeconds: 65 },
  ...{ packageSeconds: 0, package: null, amount: 163n, vat: 27n, moved: 163n, entry: '1', ratedAt: 0, line },
};
const said = (more: Partial<CallCharge>) => {
  const of = cardCharge([{ ...charge, ...more }, charge]);
  return of && chargeWords(of, ru.callCard.charge, format).replaceAll('\u00a0', ' ');
};

test('a charge says by which line it came about: the time, the price of a minute, and what of it is tax', () => {
  expect(said({})).toBe('1,63 ₽: Москва, 1 мин 5 с × 1,50 ₽/мин; в том числе НДС 0,27 ₽');
  expect(said({ line: { ...line, price: '0.123456', connection: '2', vatIncluded: false } })).toBe(
    '1,63 ₽: Москва, 1 мин 5 с × 0,123456 ₽/мин + 2,00 ₽ за соединение; плюс НДС 0,27 ₽',
  );
});

test('what a package paid for is told apart from what it did not', () => {
  expect(said({ packageSeconds: 60, package: 'Мобильные', amount: 13n, vat: 0n })).toBe(
    '0,13 ₽: Москва, 1 мин из пакета «Мобильные» + 5 с × 1,50 ₽/мин',
  );
  expect(said({ packageSeconds: 65, package: 'Мобильные', amount: 0n, vat: 0n })).toBe('0,00 ₽: Москва, 1 мин 5 с из пакета «Мобильные»');
});

test('what is free says why, and a call that is charged no more says nothing', () => {
  expect(said({ outcome: 'free', why: 'onNet', amount: 0n, vat: 0n, line: null })).toBe('Бесплатно: звонок внутри сети оператора');
  expect(said({ outcome: 'gone', amount: 0n, vat: 0n, line: null })).toBe(null);
  expect(cardCharge([])).toBe(null);
});
