import type { signIn as source } from '../ru/signIn.ts';

export const signIn: typeof source = {
  title: 'Sign in',
  lead: 'The calls of your company: who called, who answered, who was missed.',
  domain: 'Domain',
  domainHint: 'such as alfa.pbx.example',
  login: 'User',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  submit: 'Sign in',
  submitting: 'Signing in…',
  wrong: 'Domain, user or password did not match.',
  empty: 'Fill in all three fields.',
  busy: 'Many people are signing in. Try again in a few seconds.',
  offline: 'The server did not answer. Check the connection and try again.',
  capsLock: 'Caps Lock is on',
  helpTitle: 'Cannot sign in?',
  help: [
    'All three fields are filled in, without spaces around them.',
    'Domain and user are not swapped.',
    'Keyboard layout and Caps Lock.',
    'The contract was renewed or ended: the credentials have changed.',
    'If nothing helps, call the operator’s support.',
  ],
  signOut: 'Sign out',
};
