/** What the figure is called, and what it counts: the one place that says so. */
export const SILENT_RECORDINGS = {
  id: 'silentRecordings',
  label: { ru: 'Немые записи', en: 'Silent recordings' },
  definition: {
    ru: 'Звонки, в готовой записи которых не слышно одной из сторон или обеих: звук идёт в одну сторону или не идёт вовсе. Считаются по началу записи; записи короче пяти секунд ни о чём не говорят и не входят.',
    en: 'Calls in whose finished recording one side or both cannot be heard: sound goes one way, or not at all. Counted by the beginning of the recording; those under five seconds say nothing and are left out.',
  },
} as const;
