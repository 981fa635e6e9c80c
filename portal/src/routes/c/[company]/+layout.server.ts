import { companyScope } from '#page/company.ts';
import { shellData } from '#page/shell.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => shellData(event, companyScope(event));
