import { isPageSize } from './address.ts';

/** How a person likes the journal, kept by the browser for the next visit. */
export interface Liking {
  /** rows per page; null = the default */
  rows: number | null;
  /** the panel of users and numbers is hidden */
  isPanelHidden: boolean;
  /** new calls enter by themselves while the list is at its top */
  autoUpdate: boolean;
}

export function readLiking(cookie: string | undefined): Liking {
  const said = new URLSearchParams(cookie ?? '');
  const rows = Number(said.get('rows'));
  return { rows: isPageSize(rows) ? rows : null, isPanelHidden: said.get('panel') === 'hidden', autoUpdate: said.get('auto') !== 'off' };
}

/** The cookie's value. */
export function writeLiking({ rows, isPanelHidden, autoUpdate }: Liking): string {
  const said = new URLSearchParams();
  if (rows !== null) said.set('rows', String(rows));
  if (isPanelHidden) said.set('panel', 'hidden');
  if (!autoUpdate) said.set('auto', 'off');
  return said.toString();
}
