import type { support as source } from '../ru/support.ts';

export const support: typeof source = {
  title: 'View as',
  lead: (minutes) =>
    `The company’s pages as one of its people sees them: read only, ${minutes} minutes. The company finds it, and the reason, in its audit.`,
  people: 'People of the company',
  columns: { login: 'Login', role: 'Role', employee: 'Employee' },
  blocked: 'Blocked',
  view: 'View',
  viewAs: (login) => `View as ${login}`,
  reason: 'Reason',
  reasonHint: 'Three characters or more: the number of the request, or what you check',
  none: 'The company has no people who sign in',
  noneText: 'There is nobody to view as: they are made on the page “Users”.',
  faults: {
    reason: 'Give a reason of 3 to 300 characters.',
    gone: 'There is no such person, or they are blocked.',
  },
  banner: {
    label: 'Viewing as somebody else',
    text: (who, login, role) => `${who}, you view as ${login} (${role})`,
    until: (time) => `until ${time}, read only`,
    back: 'Return',
  },
};
