import { calls } from './en/calls.ts';
import { errors } from './en/errors.ts';
import { format } from './en/format.ts';
import { journal } from './en/journal.ts';
import { kit } from './en/kit.ts';
import { shell } from './en/shell.ts';
import { signIn } from './en/signIn.ts';
import type { Words } from './ru.ts';

export const en: Words = { product: 'Callscope', calls, errors, format, journal, kit, shell, signIn };
