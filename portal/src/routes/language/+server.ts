import { keepChoice } from '#page/choice.ts';
import { LOCALES } from '#words/words.ts';
import { LOCALE_COOKIE } from '../../cookies.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = (event) => keepChoice(event, LOCALE_COOKIE, LOCALES);
