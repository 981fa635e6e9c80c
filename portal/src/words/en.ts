import { account } from './en/account.ts';
import { ads } from './en/ads.ts';
import { audit } from './en/audit.ts';
import { boards } from './en/boards.ts';
import { calls } from './en/calls.ts';
import { dashboard } from './en/dashboard.ts';
import { directory } from './en/directory.ts';
import { errors } from './en/errors.ts';
import { forecast } from './en/forecast.ts';
import { format } from './en/format.ts';
import { journal } from './en/journal.ts';
import { kit } from './en/kit.ts';
import { live } from './en/live.ts';
import { missed } from './en/missed.ts';
import { operator } from './en/operator.ts';
import { people } from './en/people.ts';
import { phones } from './en/phones.ts';
import { player } from './en/player.ts';
import { recordings } from './en/recordings.ts';
import { rights } from './en/rights.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { signIn } from './en/signIn.ts';
import { statistics } from './en/statistics.ts';
import { support } from './en/support.ts';
import { views } from './en/views.ts';
import type { Words } from './ru.ts';

export const en: Words = {
  product: 'Callscope',
  account,
  ads,
  audit,
  boards,
  calls,
  dashboard,
  directory,
  errors,
  forecast,
  format,
  journal,
  kit,
  live,
  missed,
  operator,
  people,
  phones,
  player,
  recordings,
  rights,
  settings,
  shell,
  signIn,
  statistics,
  support,
  views,
};
