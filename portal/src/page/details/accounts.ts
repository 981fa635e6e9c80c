import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';

/** Whose an account or extension is, as calls have them: the employee's id. */
export function accountsIn(
  { employees, accounts }: Pick<DirectoryBody, 'employees' | 'accounts'>,
  country: string,
): Record<string, string> {
  const own = new Map(employees.flatMap(({ id, extensions }) => extensions.map((x) => [x, id] as const)));
  const named = accounts.flatMap(({ user, extensions }) => {
    const owner = extensions.map((x) => own.get(x)).find((id) => id !== undefined);
    return owner === undefined ? [] : [[user, owner] as const];
  });
  return Object.fromEntries([...own, ...named].map(([account, id]) => [normalizePhone(account, country), id]));
}
