import { calls } from './ru/calls.ts';
import { errors } from './ru/errors.ts';
import { format } from './ru/format.ts';
import { journal } from './ru/journal.ts';
import { kit } from './ru/kit.ts';
import { shell } from './ru/shell.ts';
import { signIn } from './ru/signIn.ts';

/** One file an area in words/ru and words/en; an area is typed by its Russian file. */
export const ru = { product: 'Callscope', calls, errors, format, journal, kit, shell, signIn };

/** Every word on the pages. Russian is the source: what it has, the others must have, and types say so. */
export type Words = typeof ru;
