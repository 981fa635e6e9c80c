import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { error } from '@sveltejs/kit';
import { requireSession } from './company.ts';

/** Which employee of the company the person of this page is: whoever looks as somebody has nothing of their own. Answers 409 where they are none. */
export function requireEmployee(event: { locals: App.Locals; url: URL }, { tenant }: TenantScope): string {
  const session = requireSession(event);
  const employee = session.view === null && session.tenant === tenant ? session.employee : null;
  if (employee === null) error(409, 'only an employee of this company has own calls');
  return employee;
}
