import type { files as source } from '../ru/files.ts';

export const files: typeof source = {
  name: 'Name',
  weekday: 'Weekday',
  seconds: 's',
  menuOf: (title) => `Actions: ${title}`,
  open: 'Open as a table',
  print: 'Print',
  csv: 'Download CSV',
  about: 'About',
  rows: 'Rows',
};
