import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { expect, test } from 'vitest';
import { createFormat } from '#format/format.ts';
import { ru } from '#words/ru.ts';
import { formIn } from './form.ts';
import { ALERT_MEASURES, labelOf, meaningOf, valueText } from './measures.ts';

function given(more: Record<string, string> = {}): FormData {
  const form = new FormData();
  const usual = {
    ...{ name: 'Уровень сервиса', measure: 'serviceLevel', side: 'below', bound: '80', minutes: '60', least: '5', quietMinutes: '60' },
    ...{ email: 'duty@alfa.test, boss@alfa.test', webhook: '', inHours: '', reminds: '', on: 'on' },
  };
  for (const [name, value] of Object.entries({ ...usual, ...more })) form.set(name, value);
  return form;
}

test('a share is typed in per cent, and addresses as text', () => {
  expect(formIn(given()).form).toMatchObject({
    ...{ bound: 0.8, numbers: null, inHours: false, on: true },
    ways: [{ channel: 'email', targets: ['duty@alfa.test', 'boss@alfa.test'] }],
  });
  expect(formIn(given({ measure: 'inMissed', side: 'above' })).form).toMatchObject({ bound: 80 });
});

test('what is wrong is said of its field, a way by its channel', () => {
  expect(formIn(given({ email: 'nobody' })).wrong).toBe('email');
  expect(formIn(given({ webhook: 'file:///etc/passwd' })).wrong).toBe('webhook');
  expect(formIn(given({ email: '' })).wrong).toBe('ways');
  expect(formIn(given({ bound: '' })).wrong).toBe('bound');
  expect(formIn(given({ bound: '180' })).wrong).toBe('bound');
  expect(formIn(given({ minutes: '2' })).wrong).toBe('minutes');
  expect(formIn(given({ measure: 'nothing' })).wrong).toBe('measure');
  expect(formIn(given({ side: 'beside' })).wrong).toBe('form');
});

test('every measure has a name of its own, a meaning, and a value that can be said', () => {
  const format = createFormat({ locale: 'ru', words: ru.format, zone: 'UTC', country: 'RU' });
  for (const id of ALERT_MEASURES) {
    expect(meaningOf(id, DEFAULT_RULES).ru).not.toBe('');
    expect(valueText(id, 0.5, format)).not.toBe('');
    expect(valueText(id, null, format)).toBe(format.none);
  }
  const names = ALERT_MEASURES.map((id) => labelOf(id).ru);
  expect(new Set(names).size).toBe(names.length);
});
