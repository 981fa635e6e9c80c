import { expect, test } from 'vitest';
import { BLANK, entryOf, fieldsOf, patchOf } from './form.ts';

const before = { id: 'e1', name: 'Соколова', group: 'sales', extensions: ['101', '102'], record: true };

test('an entry that is only looked at sends nothing, one that is edited only what was', () => {
  expect(entryOf('employees', fieldsOf(before), 'e1')).toEqual(before);
  expect(patchOf(before, entryOf('employees', fieldsOf(before), 'e1'))).toEqual({});
  const edited = { ...fieldsOf(before), name: ' Соколова-Мей ', extensions: '101, 103;101' };
  expect(patchOf(before, entryOf('employees', edited, 'e1'))).toEqual({ name: 'Соколова-Мей', extensions: ['101', '103'] });
  const number = { number: '8 391 000-01-22', label: 'Сайт', channel: null };
  expect(entryOf('numbers', fieldsOf(number), '')).toEqual(number);
  expect(patchOf(number, entryOf('numbers', { ...fieldsOf(number), channel: 'Радио' }, ''))).toEqual({ channel: 'Радио' });
});

test('each list makes entries of its own form', () => {
  const fields = { ...BLANK, number: '112', name: 'Продажи', user: '1012455', extensions: '101' };
  expect(entryOf('numbers', fields, '')).toEqual({ number: '112', label: '', channel: null });
  expect(entryOf('groups', fields, 'g1')).toEqual({ id: 'g1', name: 'Продажи' });
  expect(entryOf('accounts', fields, '')).toEqual({ user: '1012455', comment: '', extensions: ['101'] });
  expect(entryOf('employees', { ...fields, record: false }, 'e2')).toMatchObject({ group: null, record: false });
});
