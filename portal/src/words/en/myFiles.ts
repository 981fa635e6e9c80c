import { plural } from '../plural.ts';
import type { myFiles as ru } from '../ru/myFiles.ts';

const rows = (n: number) => plural('en', n, { one: 'row', other: 'rows' });
const hours = (n: number) => plural('en', n, { one: 'hour', other: 'hours' });
const term = (n: number) => (n >= 48 && n % 24 === 0 ? `${n / 24} days` : `${n} ${hours(n)}`);

export const myFiles: typeof ru = {
  title: 'My files',
  lead: (keep) =>
    `Large files are made in the background: you can close the portal, the work goes on. A file is kept for ${term(keep)}, and only you see it.`,
  list: 'Files',
  none: 'No files yet',
  noneText: 'In the journal, statistics or details choose “Download”, then “Make in the background”.',
  columns: { file: 'File', state: 'State', rows: 'Rows', size: 'Size', until: 'Kept until', acts: 'Actions' },
  asked: (when) => `asked for ${when}`,
  keptUntil: (when) => `until ${when}`,
  states: { waiting: 'in line', running: 'being made', done: 'ready', failed: 'failed', cancelled: 'cancelled' },
  next: 'next in line',
  place: (ahead) => `in line, ${ahead} before it`,
  progress: (title) => `Progress of “${title}”`,
  made: (figure, of) => `${figure} of ${of}`,
  again: 'It did not work out, trying again.',
  wantLetter: (title) => `E-mail me when “${title}” is ready`,
  letters: { wanted: 'a letter will come', waiting: 'letter on its way', sent: 'letter sent', failed: 'letter not sent' },
  faults: {
    rights: 'You have no right to see calls.',
    question: 'The question is too large or wrong. Narrow the period or the conditions.',
    pdf: 'A PDF has at most 10,000 rows. Take XLSX or CSV.',
    failed: 'The file could not be made several times in a row. Try later; if that does not help, tell support.',
  },
  download: 'Download',
  downloadOf: (title) => `Download “${title}”`,
  cancel: 'Cancel',
  cancelOf: (title) => `Cancel “${title}”`,
  cancelled: 'The file was cancelled.',
  remove: 'Delete',
  removeOf: (title) => `Delete “${title}”`,
  removeAsk: 'Delete the file?',
  removeText: 'It can no longer be downloaded.',
  removed: 'The file was deleted.',
  gone: 'This file is not there any more.',
  failed: 'It did not work. Check the connection and try again.',
  refusedLinks: {
    gone: 'This file is not there any more: it was deleted, or its time is over.',
    narrowed: 'Your rights were narrowed since: you cannot download this file. Have a new one made.',
    failed: 'The store of files does not answer now. Try again in a few minutes.',
  },
  make: 'Make in the background',
  makeTitle: 'Make a file in the background',
  makeText: 'It appears in “My files” when it is ready. You can close the page.',
  format: 'Format',
  letter: 'E-mail me when it is ready',
  letterTo: (address) => `The link goes to ${address}.`,
  noAddress: 'To get letters, give your e-mail in your account.',
  go: 'Make it',
  begun: 'The file is being made.',
  ready: (title) => `File ready: ${title}`,
  wentWrong: (title) => `File failed: ${title}`,
  open: 'My files',
  refused: {
    many: 'Ten files are in the works already. Wait for them or cancel some.',
    viewing: 'While viewing as somebody else no files are made.',
    form: 'No file can be made of this question. Reload the page and try again.',
  },
  letterOf: {
    subject: (title) => `File ready: ${title}`,
    about: (title, company, facts) => `“${title}”, ${company}.\n${facts}.`,
    facts: (format, n, figure, size) => `${format}, ${figure} ${rows(n)}, ${size}`,
    link: (url, until) => `Download until ${until} (you will be asked to sign in):\n${url}`,
  },
};
