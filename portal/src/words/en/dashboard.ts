import type { dashboard as source } from '../ru/dashboard.ts';

export const dashboard: typeof source = {
  everything: (hours) => `All employees, groups and numbers${hours === '' ? '' : `, ${hours}`}`,
  own: (hours) => `Only your calls${hours === '' ? '' : `, ${hours}`}`,
  part: (hours) => `Only your groups and projects${hours === '' ? '' : `, ${hours}`}`,
  quick: 'Quick periods',
  quicks: { today: 'Today', yesterday: 'Yesterday', week: 'Week', month: 'Month' },
  /** in the strip, where their neighbours say the rest */
  names: {
    in: 'Incoming',
    inAnswered: 'Answered',
    inMissed: 'Missed',
    outFailed: 'Failed',
  },
  figures: 'Figures of the period',
  was: (figure) => `was ${figure}`,
  busy: (figure) => `busy ${figure}`,
  statistics: 'Details',
  missed: 'Missed',
  all: 'All',
  toCallBack: 'Call back',
  at: (time) => `at ${time}`,
  noMissed: 'No missed calls',
  noMissedText: (period) => `All incoming calls for ${period} were answered.`,
  noCalls: 'No incoming calls yet',
  hidden: 'Hidden number',
  now: 'Live',
  nowMore: (n) => `${n} more`,
  failed: 'The dashboard was not built',
};
