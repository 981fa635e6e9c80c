import { defineReport } from './define.ts';

/** Calls of the groups: who is busy, and where callers are lost. */
export const byGroup = defineReport({
  id: 'by-group',
  title: { ru: 'По группам', en: 'By group' },
  definition: {
    ru: 'Звонки по группе, к которой они относятся: группе того, кто звонил или ответил, у неотвеченных – куда звонили. Строка без группы – остальные.',
    en: 'Calls by the group they belong to: that of who called or answered, of missed ones where they came to. The row without a group: the others.',
  },
  by: 'group',
  measures: ['calls', 'in', 'inAnswered', 'inMissed', 'out', 'talkSeconds'],
  as: { inAnswered: 'answered', inMissed: 'missed' },
  mostDays: null,
  chart: { kind: 'bar', series: ['inAnswered', 'inMissed', 'out'] },
});
