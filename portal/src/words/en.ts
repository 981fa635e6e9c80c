import { plural } from './plural.ts';
import type { Words } from './ru.ts';

export const en: Words = {
  product: 'Callscope',
  signIn: {
    title: 'Sign in',
    domain: 'Domain',
    login: 'User',
    password: 'Password',
    submit: 'Sign in',
    wrong: 'Domain, user or password did not match.',
    empty: 'Fill in all three fields.',
    busy: 'Many people are signing in. Try again in a few seconds.',
    helpTitle: 'Cannot sign in?',
    help: [
      'All three fields are filled in, without spaces around them.',
      'Domain and user are not swapped.',
      'Keyboard layout and Caps Lock.',
      'The contract was renewed or ended: the credentials have changed.',
      'If nothing helps, call the operator’s support.',
    ],
    signOut: 'Sign out',
  },
  calls: (n) => plural('en', n, { one: 'call', other: 'calls' }),
};
