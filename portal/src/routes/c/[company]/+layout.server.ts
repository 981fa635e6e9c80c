import { requireRight } from '#page/company.ts';
import { OPEN_EXPORTS } from '#page/exports/line.ts';
import { CASES } from '#page/missed/address.ts';
import { shellData } from '#page/shell.ts';
import { VIEWS } from '#page/views/query.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => {
  event.depends(CASES);
  event.depends(VIEWS);
  event.depends(OPEN_EXPORTS);
  return shellData(event, requireRight(event, 'calls:read'));
};
