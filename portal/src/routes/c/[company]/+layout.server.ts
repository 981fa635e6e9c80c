import { companyOf, companyScope } from '#page/company.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async (event) => {
  const scope = companyScope(event);
  const { id, name, timezone, country } = await companyOf(scope);
  const { login, role, tenant } = event.locals.session ?? { login: '', role: 'observer', tenant: null };
  return { company: { id, name, timezone, country }, user: { login, role, isOperator: tenant === null } };
};
