import { endWith } from '#page/sign-in/with-provider.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) => endWith(event, event.params.provider);
