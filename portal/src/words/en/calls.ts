import { plural } from '../plural.ts';
import type { calls as source } from '../ru/calls.ts';

export const calls: typeof source = {
  count: (n) => plural('en', n, { one: 'call', other: 'calls' }),
  direction: { in: 'Incoming', out: 'Outgoing', internal: 'Internal' },
  directions: { in: 'Incoming', out: 'Outgoing', internal: 'Internal' },
  result: {
    answered: 'Answered',
    no_answer: 'No answer',
    busy: 'Busy',
    rejected: 'Rejected',
    unavailable: 'Unavailable',
    cancelled: 'Cancelled',
    failed: 'Failed',
  },
  missedKind: {
    busy_hit: 'Hit busy',
    out_of_hours: 'Out of hours',
    short_abandon: 'Short abandon',
    not_taken: 'Not taken',
  },
  missed: 'Missed',
  missedMany: 'Missed',
  inProgress: 'In progress',
  noEmployee: 'No employee',
};
