import { NOTHING } from '@callscope/core/domain/reach.ts';
import { expect, test } from 'vitest';
import { actorOf } from '../audit/acts.ts';
import { callerOfPerson, isWithin, operatorScope, rightsOf, tenantScope } from './callers.ts';
import { GRANTS, HOLDERS, READ_RIGHTS, readOnly } from './rights.ts';

test('to look as somebody takes away whatever changes something, and gives nothing', () => {
  for (const holder of HOLDERS) {
    const left = readOnly(GRANTS[holder]);
    for (const [right, reach] of Object.entries(left)) expect(GRANTS[holder]).toMatchObject({ [right]: reach });
    expect(Object.keys(left)).toEqual(READ_RIGHTS.filter((right) => GRANTS[holder][right] !== undefined));
  }
});

test("what is heard while looking as somebody is told under support's own name, and reaches that company alone", () => {
  const anna = callerOfPerson({ id: '7', login: 'anna', tenant: 't1' }, { rights: GRANTS.admin, within: NOTHING }, '192.0.2.1');
  const viewing = { ...anna, id: '2', name: 'sofia', rights: readOnly(anna.rights), isViewing: true } as const;
  expect(actorOf(viewing)).toEqual({ by: 'person', who: 'sofia', whose: null, address: '192.0.2.1' });
  expect(tenantScope(viewing, 't1', 'recordings:listen')).toEqual({ tenant: 't1', hears: true });
  expect(tenantScope(viewing, 't1', 'users:write')).toBeNull();
  expect(isWithin(viewing, 't2')).toBe(false);
  expect(operatorScope(viewing, 'companies:read')).toBeNull();
});

test('support changes nothing and hears no recordings as itself', () => {
  const support = callerOfPerson({ id: '2', login: 'sofia', tenant: null }, { rights: GRANTS.support, within: NOTHING }, '');
  expect(rightsOf(support, 't1').filter((right) => !right.endsWith(':read'))).toEqual(['signalling:search', 'people:view']);
});
