import { account } from './en/account.ts';
import { ads } from './en/ads.ts';
import { alerts } from './en/alerts.ts';
import { audit } from './en/audit.ts';
import { blackList } from './en/blackList.ts';
import { boards } from './en/boards.ts';
import { callCard } from './en/callCard.ts';
import { calls } from './en/calls.ts';
import { dashboard } from './en/dashboard.ts';
import { desk } from './en/desk.ts';
import { details } from './en/details.ts';
import { directory } from './en/directory.ts';
import { errors } from './en/errors.ts';
import { files } from './en/files.ts';
import { finance } from './en/finance.ts';
import { forecast } from './en/forecast.ts';
import { format } from './en/format.ts';
import { incidents } from './en/incidents.ts';
import { journal } from './en/journal.ts';
import { kit } from './en/kit.ts';
import { live } from './en/live.ts';
import { mailings } from './en/mailings.ts';
import { marks } from './en/marks.ts';
import { missed } from './en/missed.ts';
import { myFiles } from './en/myFiles.ts';
import { notices } from './en/notices.ts';
import { numberRoutes } from './en/numberRoutes.ts';
import { operations } from './en/operations.ts';
import { operator } from './en/operator.ts';
import { ownCall } from './en/ownCall.ts';
import { paper } from './en/paper.ts';
import { people } from './en/people.ts';
import { phones } from './en/phones.ts';
import { picture } from './en/picture.ts';
import { player } from './en/player.ts';
import { quality } from './en/quality.ts';
import { reconciliation } from './en/reconciliation.ts';
import { recordings } from './en/recordings.ts';
import { rights } from './en/rights.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { signalling } from './en/signalling.ts';
import { signIn } from './en/signIn.ts';
import { sipAccounts } from './en/sipAccounts.ts';
import { sound } from './en/sound.ts';
import { statistics } from './en/statistics.ts';
import { support } from './en/support.ts';
import { transcripts } from './en/transcripts.ts';
import { views } from './en/views.ts';
import type { Words } from './ru.ts';

export const en: Words = {
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
