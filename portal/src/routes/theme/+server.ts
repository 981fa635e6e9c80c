import { keepChoice } from '#page/choice.ts';
import { THEME_COOKIE } from '../../cookies.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = (event) => keepChoice(event, THEME_COOKIE, ['system', 'light', 'dark']);
