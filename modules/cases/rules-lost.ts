/** What figures of cases are called, and what they count: the one place that says so. */
export const LOST_CASES = {
  id: 'lostCases',
  label: { ru: 'Потерянные', en: 'Lost calls' },
  definition: {
    ru: 'Обращения, начавшиеся за это время пропущенным звонком, по которым со звонившим так и не поговорили: не перезвонили, не дозвонились, и сам он больше не дозвонился.',
    en: 'Cases that began in this time with a missed call and whose caller nobody has spoken to: not called back, not reached, and not got through on their own.',
  },
} as const;

/** Older ones are not waited for any more. */
export const OVERDUE_DAYS = 30;

export const OVERDUE_CASES = {
  id: 'overdueCases',
  label: { ru: 'Просроченные перезвоны', en: 'Overdue callbacks' },
  definition: {
    ru: 'Потерянные за последние 30 дней, по которым срок перезвона уже прошёл. Срок считается в рабочих минутах компании.',
    en: 'Lost calls of the last 30 days that are past the time to call back, which is counted in the working minutes of the company.',
  },
} as const;
