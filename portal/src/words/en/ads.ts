import { plural } from '../plural.ts';
import type { ads as ru } from '../ru/ads.ts';

export const ads: typeof ru = {
  title: (period, conditions) => `Ad lines, ${period}${conditions === '' ? '' : `, ${conditions}`}`,
  spendWhole: 'Conditions choose calls, the spend is that of the whole period: costs are per chosen call.',
  noneAsked: 'No such lines',
  noneAskedText: 'No ad line fits these conditions.',
  count: (n) => `${n} ${plural('en', n, { one: 'line', other: 'lines' })}`,
  comparison: (period, until) => `Compared with ${period}${until === '' ? '' : ` until ${until}`}`,
  rule: (seconds, first, hours) =>
    [
      'Target call: answered',
      ...(seconds > 0 ? [`talk longer than ${seconds} s`] : []),
      ...(first ? ['first of its number in the period'] : []),
      ...(hours ? ['in working hours'] : []),
    ].join(', '),
  quick: 'Quick periods',
  compare: 'Compare with the period before',
  figures: 'All lines',
  was: (figure) => `was ${figure}`,
  ofCalls: (figure) => `of ${figure}`,
  waitingNote: (n, figure) => `${figure} ${plural('en', n, { one: 'waits', other: 'wait' })} for a call`,
  table: 'By line',
  file: 'Ad lines',
  line: 'Line',
  names: {
    spend: 'Spend',
    costPerCall: 'Cost per call',
    costPerTarget: 'Cost per target call',
    atRisk: 'At risk',
    waiting: 'Wait for a call',
  },
  shorts: {
    in: 'Calls',
    uniqueCallers: 'Unique',
    newCallers: 'New',
    target: 'Target',
    targetShare: 'Share',
    missedShare: 'Missed',
    averageTalk: 'Talk',
    spend: 'Spend',
    costPerCall: 'Per call',
    costPerTarget: 'Per target',
    waiting: 'Waiting',
    atRisk: 'At risk',
  },
  about: {
    spend: 'Spend entered for the months of the period. Of a month that the period cuts, its share by days; days to come are not counted.',
    costPerCall: 'Spend divided by incoming calls of the line. In the total only lines with spend.',
    costPerTarget: 'Spend divided by target calls of the line. In the total only lines with spend.',
    atRisk: 'What the calls of those cost whom nobody has called back yet: open cases of the line, times its cost per call.',
    waiting: 'Open cases whose first missed call came to the line in the period.',
  },
  total: 'Total',
  unknown: 'No spend entered',
  noSpend: 'No spend was entered for the period, so there are no costs of calls.',
  noSpendOf: (names) => `Without spend in the period: ${names}. They are not in the total cost.`,
  enter: 'Enter spend',
  export: 'Export',
  cost: 'Cost per target call',
  costBars: 'Cost per target call by line',
  before: 'period before',
  cheaper: 'cheaper',
  dearer: 'dearer',
  same: 'unchanged',
  average: (figure) => `average ${figure}`,
  result: 'How calls ended',
  parts: { target: 'target', others: 'other answered', missed: 'missed' },
  noCost: 'Appears when a line has both spend and target calls.',
  none: 'No ad lines yet',
  noneText:
    'A line is an own number with an ad channel in the directory, or with spend. Give a number its channel, and its calls appear here.',
  numbers: 'Numbers in the directory',
  noCalls: 'Nobody called the lines in this period.',
  failed: 'The report was not built',
  failedLarge: 'The question is too large for the store: choose a shorter period.',
  failedStore: 'The store of calls did not answer. Calls are still collected; the rest of the portal works.',
  print: 'Print',
  spend: {
    title: 'Ad spend',
    lead: 'What was spent on a line in a month. From it come the costs per call and per target call. Each change stands in the audit.',
    back: 'To ad lines',
    table: 'Spend by month',
    hint: (sign) => `in ${sign}; an empty field means no spend`,
    line: 'Line',
    of: (line, month) => `Spend: ${line}, ${month}`,
    earlier: 'Earlier',
    later: 'Later',
    sum: 'Total',
    save: 'Save',
    saved: 'Spend saved.',
    unchanged: 'Nothing changed.',
    wrongAmount: 'No amount: write 186000 or 186000.50',
    wrongAmounts: 'Not saved: correct the marked amounts.',
    noNumbers: 'The directory has no own numbers',
    noNumbersText: 'Spend is entered by number. Add numbers to the directory.',
    import: 'Import a table',
    importHint: 'Three columns: number, month, amount. For example: +7 391 000-01-22;2026-11;92000.50. A month is 2026-11 or 11.2026.',
    paste: 'Paste lines',
    file: 'or choose a CSV or Excel file',
    load: 'Import',
    loaded: (lines, changed) => `${lines} ${plural('en', lines, { one: 'line', other: 'lines' })} read, ${changed} changed.`,
    problems: 'Nothing was imported. Correct the lines and import again.',
    row: (row) => `Line ${row}`,
    unreadable: 'The file cannot be read: CSV or Excel (.xlsx) is needed.',
    rule: 'What a target call is',
    ruleHint: 'In force at once, for past periods too.',
    talkSeconds: 'Talk longer than',
    seconds: 's',
    firstOnly: "Only a number's first call of the period",
    firstOnlyHint: 'Further calls of the same person are not target calls; nor are calls of hidden numbers.',
    inWorkingHours: 'Only in working hours',
    inWorkingHoursHint: 'By the hours that stand in the company settings now.',
    currency: 'Currency of spend',
    saveRule: 'Save rule',
    savedRule: 'Rule saved.',
    wrongSeconds: 'A whole number of seconds, 0 to 3600',
    failed: 'Not saved: the server did not answer. Try again.',
    readOnly: 'Marketing and admins enter spend.',
  },
  fault: (fault) => {
    switch (fault.code) {
      case 'columns':
        return 'three columns are needed: number; month; amount';
      case 'number':
        return `“${fault.given}” is no phone number`;
      case 'notOwn':
        return `the directory has no own number “${fault.given}”`;
      case 'month':
        return `“${fault.given}” is no month: write 2026-11 or 11.2026`;
      case 'amount':
        return `“${fault.given}” is no amount: write 186000 or 186000.50`;
      case 'twice':
        return `this line and month stand in line ${fault.row} already`;
      case 'tooMany':
        return `more than ${fault.most} lines`;
      case 'none':
        return 'no line with spend';
    }
  },
};
