import { account } from './ru/account.ts';
import { ads } from './ru/ads.ts';
import { alerts } from './ru/alerts.ts';
import { audit } from './ru/audit.ts';
import { blackList } from './ru/blackList.ts';
import { boards } from './ru/boards.ts';
import { callCard } from './ru/callCard.ts';
import { calls } from './ru/calls.ts';
import { dashboard } from './ru/dashboard.ts';
import { desk } from './ru/desk.ts';
import { details } from './ru/details.ts';
import { directory } from './ru/directory.ts';
import { errors } from './ru/errors.ts';
import { files } from './ru/files.ts';
import { finance } from './ru/finance.ts';
import { forecast } from './ru/forecast.ts';
import { format } from './ru/format.ts';
import { incidents } from './ru/incidents.ts';
import { journal } from './ru/journal.ts';
import { kit } from './ru/kit.ts';
import { live } from './ru/live.ts';
import { mailings } from './ru/mailings.ts';
import { marks } from './ru/marks.ts';
import { missed } from './ru/missed.ts';
import { myFiles } from './ru/myFiles.ts';
import { notices } from './ru/notices.ts';
import { numberRoutes } from './ru/numberRoutes.ts';
import { operations } from './ru/operations.ts';
import { operator } from './ru/operator.ts';
import { ownCall } from './ru/ownCall.ts';
import { paper } from './ru/paper.ts';
import { people } from './ru/people.ts';
import { phones } from './ru/phones.ts';
import { picture } from './ru/picture.ts';
import { player } from './ru/player.ts';
import { quality } from './ru/quality.ts';
import { reconciliation } from './ru/reconciliation.ts';
import { recordings } from './ru/recordings.ts';
import { rights } from './ru/rights.ts';
import { settings } from './ru/settings.ts';
import { shell } from './ru/shell.ts';
import { signalling } from './ru/signalling.ts';
import { signIn } from './ru/signIn.ts';
import { sipAccounts } from './ru/sipAccounts.ts';
import { sound } from './ru/sound.ts';
import { statistics } from './ru/statistics.ts';
import { support } from './ru/support.ts';
import { transcripts } from './ru/transcripts.ts';
import { views } from './ru/views.ts';

/** One file an area in words/ru and words/en; an area is typed by its Russian file. */
export const ru = {
  product: 'Callscope',
  account,
  ads,
  alerts,
  audit,
  blackList,
  boards,
  callCard,
  calls,
  dashboard,
  desk,
  details,
  directory,
  errors,
  files,
  finance,
  forecast,
  format,
  incidents,
  journal,
  kit,
  live,
  mailings,
  marks,
  missed,
  myFiles,
  notices,
  numberRoutes,
  operations,
  operator,
  ownCall,
  paper,
  people,
  phones,
  picture,
  player,
  quality,
  reconciliation,
  recordings,
  rights,
  settings,
  shell,
  signIn,
  signalling,
  sipAccounts,
  sound,
  statistics,
  support,
  transcripts,
  views,
};

/** Every word on the pages. Russian is the source: what it has, the others must have, and types say so. */
export type Words = typeof ru;
