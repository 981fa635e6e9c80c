import { ALFAMED } from './alfamed.ts';
import type { DemoCompany } from './company.ts';
import { MERIDIAN } from './meridian.ts';
import { SEVER } from './sever.ts';

export const COMPANIES: readonly DemoCompany[] = [SEVER, ALFAMED, MERIDIAN];
