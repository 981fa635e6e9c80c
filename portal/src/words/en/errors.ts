import type { errors as source } from '../ru/errors.ts';

export const errors: typeof source = {
  notFound: 'There is no such page',
  gone: 'This link is over',
  goneHint: 'It has expired or was revoked, or the recording is gone. Whoever sent it can give a new one.',
  notFoundHint: 'The link is old, mistyped, or leads to another company.',
  noRight: 'No access',
  noRightHint: 'An administrator of your company can open this page to you.',
  failed: 'The page did not open',
  failedHint: 'Calls are still collected and stored. Try again; if that does not help, give the code to support.',
  unavailable: 'There are very many requests now',
  unavailableHint: 'Wait a few seconds and try again.',
  code: 'Code for support',
  home: 'To the dashboard',
  back: 'Back',
};
