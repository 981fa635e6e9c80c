import type { LivePhone } from '@callscope/core/bus/live.ts';
import { directorySchema } from '@callscope/core/domain/directory.ts';
import { expect, test } from 'vitest';
import { awayOf, phonesOf } from './phones.ts';

const body = directorySchema.parse({
  employees: [
    { id: 'e1', name: 'Соколова А.', extensions: ['101'] },
    { id: 'e2', name: 'Кузнецов Д.', extensions: ['102'] },
  ],
  accounts: [
    { user: 'desk', extensions: ['101'] },
    { user: 'mobile', extensions: ['101'] },
    { user: 'door', extensions: [] },
  ],
});
const phones = (...list: [name: string, goneAt: number][]) =>
  new Map<string, LivePhone>(list.map(([aor, goneAt]) => [aor, { aor, bindings: [], goneAt }]));

test('a phone is called by whose it is, not by its account; one that is nobody’s is not told of', () => {
  expect(phonesOf(body, 'x.test')).toEqual(
    new Map([
      ['102@x.test', '0/e2'],
      ['desk@x.test', '0/e1'],
      ['mobile@x.test', '1/e1'],
    ]),
  );
});

test('away is who has no phone registered, once registrations are seen at all', () => {
  expect(awayOf(body.employees, new Map())).toEqual(new Set());
  expect(awayOf(body.employees, phones(['0/e1', 5], ['1/e1', 0]))).toEqual(new Set(['e2']));
  expect(awayOf(body.employees, phones(['0/e1', 5], ['0/e2', 0]))).toEqual(new Set(['e1']));
});
