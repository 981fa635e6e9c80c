import { error } from '@sveltejs/kit';
import { companyOf, requireRight } from '#page/company.ts';
import { currentDirectory, DIRECTORY, isKind, listOf } from '#page/directory/load.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:read');
  const { list } = event.params;
  if (!isKind(list)) error(404, 'no such list');
  event.depends(DIRECTORY);
  const q = (event.url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const company = await companyOf(scope);
  const current = await currentDirectory(scope, company);
  return { list: listOf(current, list, q, company) };
};
