import { error } from '@sveltejs/kit';
import { companyScope } from '#page/company.ts';
import { isKind, mayEdit } from '#page/directory/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  companyScope(event, 'directory:read');
  if (!mayEdit(event.locals, event.params.company)) error(403, 'only who may change the directory');
  const list = event.url.searchParams.get('list') ?? '';
  return { list: isKind(list) ? list : ('numbers' as const) };
};
