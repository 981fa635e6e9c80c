import { readFileSync } from 'node:fs';
import { COMPANY_RIGHTS, GRANTS, HOLDERS, OPERATOR_RIGHTS, RIGHTS, ROLES } from '@callscope/modules/access/rights.ts';
import { expect, test } from 'vitest';
import { rights as en } from './en/rights.ts';
import { rights as ru } from './ru/rights.ts';

test('docs/admin.md says the rights as they are', () => {
  const text = readFileSync(new URL('../../../docs/admin.md', import.meta.url), 'utf8');
  const told = text.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return /^`[a-z]+:[a-z]+`$/.test(cells[1] ?? '') ? [cells.slice(1, -1)] : [];
  });
  expect(told).toEqual(RIGHTS.map((right) => [`\`${right}\``, en.names[right], ...HOLDERS.map((holder) => GRANTS[holder][right] ?? '')]));
  expect(text).toMatch(new RegExp(`\\| right *\\| what *\\| ${HOLDERS.join(' *\\| ')} *\\|`));
});

test('every right has its words in both languages', () => {
  for (const { names } of [ru, en]) expect(Object.keys(names).sort()).toEqual([...RIGHTS].sort());
});

test("a company's roles reach no other company and have nothing of the operator's; the operator has everything, the support only looks", () => {
  for (const role of ROLES) {
    expect(Object.values(GRANTS[role]), role).not.toContain('every');
    for (const right of OPERATOR_RIGHTS) expect(GRANTS[role][right], `${role} ${right}`).toBeUndefined();
  }
  expect(Object.keys(GRANTS.operator)).toEqual([...RIGHTS]);
  expect(Object.keys(GRANTS.support).filter((right) => !right.endsWith(':read'))).toEqual(['signalling:search', 'people:view']);
  expect(Object.keys(GRANTS.admin)).toEqual([...COMPANY_RIGHTS]);
});
