import { expect, test } from 'vitest';
import { type Party, reaches, reachesCall, type Within } from './reach.ts';

const call = (told: Partial<Party>): Party => ({ employees: [], group: '', number: '', ...told });
const within = (told: Partial<Within>): Within => ({ employees: [], groups: [], numbers: [], ...told });

test('without bounds everything is within reach, with none nothing is', () => {
  expect([reaches(undefined, 'employees', 'e1'), reachesCall(undefined, call({}))]).toEqual([true, true]);
  const nothing = within({});
  const whole = call({ employees: ['e1', ''], group: 'g1', number: '74950000001' });
  expect([reaches(nothing, 'employees', 'e1'), reaches(nothing, 'groups', ''), reachesCall(nothing, whole)]).toEqual([false, false, false]);
});

test('one of its people, its group or its number is enough', () => {
  expect(reachesCall(within({ employees: ['e1', 'e2'] }), call({ employees: ['', 'e2'] }))).toBe(true);
  expect(reachesCall(within({ employees: ['e1', 'e2'] }), call({ employees: ['e3', ''] }))).toBe(false);
  expect(reachesCall(within({ groups: ['g1'] }), call({ employees: ['e3'], group: 'g1' }))).toBe(true);
  expect(reachesCall(within({ numbers: ['74950000001'] }), call({ number: '74950000001' }))).toBe(true);
  expect(reachesCall(within({ groups: ['74950000001'], numbers: ['g1'] }), call({ group: 'g1', number: '74950000001' }))).toBe(false);
});

test('what has no employee, group or number is nobody’s, also when an id is empty by mistake', () => {
  expect(reachesCall(within({ employees: [''], groups: [''], numbers: [''] }), call({ employees: [''] }))).toBe(false);
});
