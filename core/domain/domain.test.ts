import { describe, expect, test } from 'vitest';
import { callTimes } from './call.ts';
import { Directories, directorySchema, tenantSchema } from './directory.ts';
import { normalizePhone } from './phone.ts';
import { resultOf } from './result.ts';

test('final codes become words by the contract', () => {
  const words = [200, 486, 600, 603, 480, 410, 408, 404, 403, 503, 0].map((code) => resultOf(code, false));
  expect(words).toEqual([
    'answered',
    'busy',
    'busy',
    'rejected',
    'unavailable',
    'unavailable',
    'no_answer',
    'failed',
    'failed',
    'failed',
    'failed',
  ]);
  expect(resultOf(487, true)).toBe('no_answer');
  expect(resultOf(487, false)).toBe('cancelled');
});

test.each([
  ['8 (495) 100-01-01', 'RU', '74951000101'],
  ['+7 495 100 01 01', 'RU', '74951000101'],
  ['74951000101', 'RU', '74951000101'],
  ['4951000101', 'RU', '74951000101'],
  ['101', 'RU', '101'],
  ['*900', 'RU', '*900'],
  ['anonymous', 'RU', 'anonymous'],
  ['', 'RU', ''],
])('%s in %s is %s', (raw, country, expected) => {
  expect(normalizePhone(raw, country)).toBe(expected);
});

test('durations come from the times, to the millisecond', () => {
  const us = (s: number) => 1_795_445_573_000_000 + s * 1e6;
  expect(callTimes({ startedAt: us(0), ringingAt: us(1.5), answeredAt: us(4), endedAt: us(10.0004) })).toEqual({
    ringSeconds: 2.5,
    talkSeconds: 6,
    durationSeconds: 10,
  });
  expect(callTimes({ startedAt: us(0), ringingAt: 0, answeredAt: 0, endedAt: us(2) })).toEqual({
    ringSeconds: null,
    talkSeconds: 0,
    durationSeconds: 2,
  });
});

describe('directories', () => {
  const tenant = (id: string, domain: string) => ({ id, ...tenantSchema.parse({ name: id, domain }) });
  const people = (name: string) =>
    directorySchema.parse({
      numbers: [{ number: '+7 495 100-01-01' }],
      groups: [{ id: 'g', name: 'G' }],
      employees: [{ id: name, name, group: 'g', extensions: ['101'] }],
      accounts: [{ user: 'sip101', extensions: ['101'] }],
    });

  test('a call keeps the people of its time', () => {
    const d = new Directories();
    d.put({
      version: 2,
      tenant: tenant('t1', 'a.test'),
      versions: [
        { validFrom: 0, body: people('old') },
        { validFrom: 1_000, body: people('new') },
      ],
    });
    expect(d.employeeOf('t1', '101', 999)).toEqual({ employee: 'old', group: 'g' });
    expect(d.employeeOf('t1', '101', 1_000)).toEqual({ employee: 'new', group: 'g' });
    expect(d.employeeOf('t1', 'sip101', 1_000)).toEqual({ employee: 'new', group: 'g' });
  });

  test('an older version never replaces a newer one', () => {
    const d = new Directories();
    expect(d.put({ version: 2, tenant: tenant('t1', 'a.test'), versions: [] })).toBe(true);
    expect(d.put({ version: 1, tenant: tenant('t1', 'b.test'), versions: [] })).toBe(false);
    expect(d.tenantOfDomain('A.test')).toBe('t1');
  });

  test('a number and a domain lead to their company until they are given up', () => {
    const d = new Directories();
    d.put({ version: 1, tenant: tenant('t1', 'a.test'), versions: [{ validFrom: 0, body: people('x') }] });
    expect(d.tenantOfNumber('8 495 100 01 01', 5)).toBe('t1');
    d.put({ version: 2, tenant: tenant('t1', 'c.test'), versions: [{ validFrom: 0, body: directorySchema.parse({}) }] });
    expect(d.tenantOfNumber('74951000101', 5)).toBeUndefined();
    expect(d.tenantOfDomain('a.test')).toBeUndefined();
  });

  test('mistakes are named with their place', () => {
    const result = directorySchema.safeParse({
      employees: [
        { id: 'a', name: 'A', group: 'x', extensions: ['101'] },
        { id: 'a', name: 'B', extensions: ['101'] },
      ],
    });
    expect(result.error?.issues.map((i) => `${i.path.join('.')}: ${i.message}`)).toEqual([
      'employees.0.group: group "x" is not among groups',
      'employees.1.id: employee id "a" is used twice',
      'employees.1.extensions: extension 101 already belongs to employee "a"',
    ]);
  });
});
