import { requireRight } from '#page/company.ts';
import { isKind } from '#page/directory/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  requireRight(event, 'directory:write');
  const list = event.url.searchParams.get('list') ?? '';
  return { list: isKind(list) ? list : ('numbers' as const) };
};
