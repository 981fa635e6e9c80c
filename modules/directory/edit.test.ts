import { directorySchema } from '@callscope/core/domain/directory.ts';
import { describe, expect, test } from 'vitest';
import { differences, rebased } from './difference.ts';
import { applyChanges, type Change, changeSchema, DirectoryEditError } from './edit.ts';

const body = directorySchema.parse({
  numbers: [{ number: '+7 (391) 000-01-22', label: 'Главный', channel: 'Сайт' }],
  groups: [
    { id: 'sales', name: 'Продажи' },
    { id: 'service', name: 'Сервис' },
  ],
  employees: [
    { id: 'e1', name: 'Соколова', group: 'sales', extensions: ['101'] },
    { id: 'e2', name: 'Кузнецов', group: 'service', extensions: ['102'] },
  ],
  accounts: [{ user: '1012455', comment: 'Стойка', extensions: ['101'] }],
});
const edit = (...changes: unknown[]) =>
  applyChanges(
    body,
    changes.map((c) => changeSchema.parse(c) as Change),
    'RU',
  );
const fault = (...changes: unknown[]) => {
  try {
    edit(...changes);
  } catch (error) {
    if (error instanceof DirectoryEditError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};
const moved = { op: 'change', kind: 'employees', key: 'e1', entry: { group: 'service' } };

describe('edits', () => {
  test('add, change and remove make a new body and leave the old one', () => {
    const before = structuredClone(body);
    const next = edit(moved, { op: 'remove', kind: 'accounts', key: '1012455' }, { op: 'add', kind: 'numbers', entry: { number: '112' } });
    expect(next.employees[0]?.group).toBe('service');
    expect(next.accounts).toEqual([]);
    // a short number stays short
    expect(next.numbers[1]).toEqual({ number: '112', label: '', channel: null });
    expect(body).toEqual(before);
    expect(differences(body, next).map((d) => [d.op, d.kind, d.key])).toEqual([
      ['add', 'numbers', '112'],
      ['change', 'employees', 'e1'],
      ['remove', 'accounts', '1012455'],
    ]);
  });

  test('a number is found in any spelling, and kept as typed where that means the same', () => {
    const entry = { number: '8 391 000–01–22', label: 'Новый' };
    // a dash of typography would make it nobody's number: spelled plainly
    expect(edit({ op: 'change', kind: 'numbers', key: '73910000122', entry }).numbers).toEqual([
      // what is not named stays
      { number: '83910000122', label: 'Новый', channel: 'Сайт' },
    ]);
    const typed = edit({ op: 'add', kind: 'numbers', entry: { number: ' 8 (800) 000-00-00 ' } });
    expect(typed.numbers[1]?.number).toBe('8 (800) 000-00-00');
    expect(fault({ op: 'add', kind: 'numbers', entry: { number: '83910000122' } }).fault).toMatchObject({ code: 'taken' });
  });

  test('what contradicts is refused and says what to do', () => {
    const cases: [string, unknown][] = [
      ['absent', { op: 'remove', kind: 'employees', key: 'e9' }],
      ['taken', { op: 'add', kind: 'groups', entry: { id: 'sales', name: 'Ещё' } }],
      ['extension', { op: 'add', kind: 'employees', entry: { id: 'e3', name: 'Новый', extensions: ['102'] } }],
      ['group', { op: 'add', kind: 'employees', entry: { id: 'e3', name: 'Новый', group: 'none' } }],
      ['groupInUse', { op: 'remove', kind: 'groups', key: 'sales' }],
      ['idStays', { op: 'change', kind: 'employees', key: 'e1', entry: { id: 'e5', name: 'Соколова' } }],
      ['notDialable', { op: 'add', kind: 'numbers', entry: { number: 'звоните' } }],
    ];
    for (const [code, change] of cases) expect(fault(change).fault.code).toBe(code);
    expect(fault(cases[2]?.[1]).message).toBe('extension 102 belongs to Кузнецов: take it from there first');
    // in one step with what makes room for it, it is no contradiction
    const swap = (key: string, name: string, extension: string) => ({
      ...{ op: 'change', kind: 'employees', key, entry: { id: key, name, group: 'sales', extensions: [extension] } },
    });
    expect(edit(swap('e1', 'Соколова', '102'), swap('e2', 'Кузнецов', '101')).employees.map((e) => e.extensions)).toEqual([
      ['102'],
      ['101'],
    ]);
  });
});

describe('a correction of the past', () => {
  test('reaches later versions in what they did not change themselves', () => {
    // later: Соколова moved to service, a third came, the account went
    const later = edit(
      moved,
      { op: 'add', kind: 'employees', entry: { id: 'e3', name: 'Орлова', extensions: ['103'] } },
      { op: 'remove', kind: 'accounts', key: '1012455' },
    );
    const named = {
      op: 'change',
      kind: 'employees',
      key: 'e1',
      entry: { id: 'e1', name: 'Соколова-Мей', group: null, extensions: ['101'] },
    };
    const corrected = edit(
      named,
      { op: 'remove', kind: 'employees', key: 'e2' },
      { op: 'add', kind: 'numbers', entry: { number: '112' } },
      { op: 'change', kind: 'accounts', key: '1012455', entry: { user: '1012455', comment: 'Касса' } },
    );
    const now = rebased(body, corrected, later);
    // her name follows, her group was changed later
    expect(now.employees).toEqual([
      { id: 'e1', name: 'Соколова-Мей', group: 'service', extensions: ['101'], record: true },
      { id: 'e3', name: 'Орлова', group: null, extensions: ['103'], record: true },
    ]);
    expect(now.numbers.map((n) => n.number)).toEqual(['+7 (391) 000-01-22', '112']);
    expect(now.accounts).toEqual([]);
  });

  test('what a still later version set back stays set back', () => {
    const second = edit(moved);
    const third = body;
    const corrected = edit({ ...moved, entry: { group: null } });
    const secondNow = rebased(body, corrected, second);
    expect(secondNow.employees[0]?.group).toBe('service');
    expect(rebased(second, secondNow, third).employees[0]?.group).toBe('sales');
  });
});
