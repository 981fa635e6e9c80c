import { KINDS, type Kind } from '@callscope/modules/directory/entries.ts';
import { companyOf, requireRight } from '#page/company.ts';
import { currentDirectory, DIRECTORY, mayEdit, maySeeHistory } from '#page/directory/load.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async (event) => {
  const scope = requireRight(event, 'directory:read');
  event.depends(DIRECTORY);
  const { body, version } = await currentDirectory(scope, await companyOf(scope));
  return {
    directory: {
      version,
      counts: Object.fromEntries(KINDS.map((kind) => [kind, body[kind].length])) as Record<Kind, number>,
      mayEdit: mayEdit(event.locals, event.params.company),
      maySeeHistory: maySeeHistory(scope),
    },
  };
};
