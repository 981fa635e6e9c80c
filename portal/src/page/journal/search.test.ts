import { parsePattern } from '@callscope/analytics/query/pattern.ts';
import { expect, test } from 'vitest';
import { type Named, type SearchCondition, type SearchField, searched } from './search.ts';

const named: Named = {
  author: [
    { value: 'e1', label: 'Соколова А. П.' },
    { value: 'e2', label: 'Королёва С. О.' },
    { value: '', label: 'Без сотрудника' },
  ],
  group: [{ value: 'sales', label: 'Продажи' }],
  number: [{ value: '+73910000122', label: 'Главный' }],
  channel: [{ value: 'Яндекс Директ', label: 'Яндекс Директ' }],
};
const search = (field: SearchField, is: SearchCondition, text: string, given = {}) => searched(given, { field, is, text }, named);

test.each([
  ['equals', '+7 913 000-10-05', '+7 913 000-10-05'],
  ['begins', '8913', '8913*'],
  ['contains', '0010', '*0010*, 0010*'],
  ['contains', '913', '*913*'],
  ['not', '101, 102', '!101, !102'],
  ['begins', '!8913*', '8913*'],
] as const)('a number that %s %j is the pattern %j (A-68)', (is, text, pattern) => {
  expect(search('caller', is, text)).toEqual({ caller: pattern });
});

test('a national number is found by a part with its trunk digit too', () => {
  const { caller } = search('caller', 'contains', '8 (913)') as { caller: string };
  expect(parsePattern(caller, 'RU').some.like).toContain('7913%');
});

test('names mean what they are kept by: whole, from their beginning, or within; е stands for ё', () => {
  expect(search('author', 'contains', 'королева')).toEqual({ author: ['e2'] });
  expect(search('author', 'begins', 'ко')).toEqual({ author: ['e2'] });
  expect(search('author', 'contains', 'ко')).toEqual({ author: ['e1', 'e2'] });
  expect(search('author', 'equals', 'Соколова')).toBe('unknown');
  expect(search('group', 'equals', 'продажи')).toEqual({ group: ['sales'] });
  expect(search('number', 'contains', '0000122')).toEqual({ number: ['+73910000122'] });
  expect(search('channel', 'begins', 'яндекс')).toEqual({ channel: ['Яндекс Директ'] });
});

test('what its name lacks is asked for by the names that have it', () => {
  expect(search('author', 'lacks', 'ко', { author: ['e1'] })).toEqual({ author: ['e1'], notAuthor: ['e1', 'e2'] });
  expect(search('number', 'lacks', '122')).toEqual({ notNumber: ['+73910000122'] });
  expect(search('group', 'lacks', 'юристы')).toBe('unknown');
  expect(search('callId', 'equals', ' a84b4c@10.0.0.5 ')).toEqual({ callId: 'a84b4c@10.0.0.5' });
});

test('durations are not less or not more than, in place of what was', () => {
  expect(search('talk', 'least', '1:30', { talkMax: 60 })).toEqual({ talkMin: 90 });
  expect(search('wait', 'most', '20', { waitMin: 30, talkMin: 1 })).toEqual({ talkMin: 1, waitMax: 20 });
  expect([search('talk', 'least', 'минута'), search('talk', 'least', '10-20')]).toEqual(['seconds', 'seconds']);
});

test('other conditions stay, and nothing is no search', () => {
  expect(search('text', 'contains', ' 100-01 ', { direction: ['in'], text: '5' })).toEqual({ direction: ['in'], text: '100-01' });
  expect([search('text', 'contains', '  '), search('caller', 'not', '!*')]).toEqual(['empty', 'empty']);
});
