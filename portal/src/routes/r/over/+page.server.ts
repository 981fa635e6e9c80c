import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Where a browser with a link that is over ends: in words, in the person's language. */
export const load: PageServerLoad = () => error(410, 'this link is over');
