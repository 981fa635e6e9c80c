import type { Right } from '@callscope/modules/access/rights.ts';
import BookUser from '@lucide/svelte/icons/book-user';
import Building2 from '@lucide/svelte/icons/building-2';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import Eye from '@lucide/svelte/icons/eye';
import FolderDown from '@lucide/svelte/icons/folder-down';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import LibraryBig from '@lucide/svelte/icons/library-big';
import List from '@lucide/svelte/icons/list';
import Mail from '@lucide/svelte/icons/mail';
import Megaphone from '@lucide/svelte/icons/megaphone';
import Phone from '@lucide/svelte/icons/phone';
import PhoneMissed from '@lucide/svelte/icons/phone-missed';
import Radio from '@lucide/svelte/icons/radio';
import Settings from '@lucide/svelte/icons/settings';
import Table2 from '@lucide/svelte/icons/table-2';
import TrendingUp from '@lucide/svelte/icons/trending-up';
import Users from '@lucide/svelte/icons/users';
import Wallet from '@lucide/svelte/icons/wallet';
import type { Words } from '#words/words.ts';
import type { Icon } from '../icon.ts';

export interface Entry {
  /** its name is words.shell.pages[id] */
  id: keyof Words['shell']['pages'];
  /** after /c/{company}; of the operator's own pages the whole of it */
  path: string;
  /** one page for all companies: the operator's */
  isOfOperator?: true;
  icon: Icon;
  /** G, then this letter */
  key?: string;
  /** place in the phone's bar, from 1; the others are under "more" */
  phone?: number;
  /** stands in the menu of whoever has it: the right that the page asks for */
  needs: Right;
}

export interface Group {
  /** its name is words.shell.groups[id]; null = first, without a name */
  id: keyof Words['shell']['groups'] | null;
  entries: readonly Entry[];
}

/**
 * The menu, groups in the order of S-11. An entry stands here from the day its feature works, and adding it is a line here
 * and a word in words/…/shell.ts.
 */
export const GROUPS: readonly Group[] = [
  {
    id: null,
    entries: [
      { id: 'dashboard', path: '', icon: LayoutDashboard, needs: 'calls:read', key: 'd', phone: 1 },
      { id: 'journal', path: '/journal', icon: List, needs: 'calls:read', key: 'j', phone: 2 },
      { id: 'live', path: '/live', icon: Radio, needs: 'calls:read', key: 'l', phone: 4 },
    ],
  },
  {
    id: 'exchange',
    entries: [
      { id: 'directory', path: '/directory', icon: BookUser, needs: 'directory:read', key: 'b' },
      { id: 'phones', path: '/phones', icon: Phone, needs: 'calls:read', key: 'p' },
    ],
  },
  {
    id: 'details',
    entries: [
      { id: 'statistics', path: '/statistics', icon: ChartColumn, needs: 'calls:read', key: 's' },
      { id: 'details', path: '/details', icon: Table2, needs: 'calls:read', key: 't' },
      { id: 'forecast', path: '/forecast', icon: TrendingUp, needs: 'calls:read', key: 'f' },
      { id: 'missed', path: '/missed', icon: PhoneMissed, needs: 'calls:read', key: 'm', phone: 3 },
      { id: 'library', path: '/library', icon: LibraryBig, needs: 'calls:read', key: 'i' },
      { id: 'exports', path: '/exports', icon: FolderDown, needs: 'calls:read' },
    ],
  },
  {
    id: 'finance',
    entries: [{ id: 'finance', path: '/finance', icon: Wallet, needs: 'finance:read' }],
  },
  {
    id: 'marketing',
    entries: [{ id: 'adLines', path: '/ad-lines', icon: Megaphone, needs: 'ads:read', key: 'a' }],
  },
  {
    id: 'quality',
    entries: [{ id: 'quality', path: '/quality', icon: ClipboardCheck, needs: 'quality:read', key: 'q' }],
  },
  {
    id: 'settings',
    entries: [
      { id: 'settings', path: '/settings', icon: Settings, needs: 'directory:write' },
      { id: 'mailings', path: '/settings/mailings', icon: Mail, needs: 'views:share' },
      { id: 'people', path: '/people', icon: Users, needs: 'users:write' },
      { id: 'viewAs', path: '/view-as', icon: Eye, needs: 'people:view' },
    ],
  },
  {
    id: 'operator',
    entries: [{ id: 'companies', path: '/operator', icon: Building2, isOfOperator: true, needs: 'companies:read', key: 'c' }],
  },
];

/** The menu as a person has it. */
export function menuFor(rights: readonly Right[]): Group[] {
  return GROUPS.map((group) => ({ ...group, entries: group.entries.filter((entry) => rights.includes(entry.needs)) })).filter(
    (group) => group.entries.length > 0,
  );
}

export const ENTRIES: readonly Entry[] = GROUPS.flatMap((group) => group.entries);

export function hrefOf(company: string, entry: Entry): string {
  return entry.isOfOperator ? entry.path : `/c/${encodeURIComponent(company)}${entry.path}`;
}

/** The entry that a page belongs to: the longest path that its own begins with. */
export function entryOf(company: string, pathname: string): Entry | undefined {
  let found: Entry | undefined;
  for (const entry of ENTRIES) {
    const href = hrefOf(company, entry);
    const inside = entry.path === '' ? pathname === href || pathname === `${href}/` : pathname === href || pathname.startsWith(`${href}/`);
    if (inside && (found === undefined || entry.path.length > found.path.length)) found = entry;
  }
  return found;
}
