import type { WorkingHours } from '@callscope/core/domain/schedule.ts';

/** What a demo company is: its directory, its hours, and how busy it is. Plain data; `plan/` makes days of calls from it. */
export interface DemoCompany {
  /** the id that the edge sends with its events */
  id: string;
  name: string;
  /** SIP domain, and what people sign in with */
  domain: string;
  zone: string;
  country: string;
  locale: 'ru' | 'en';
  /** first three octets of its phones' addresses (private, RFC 1918) */
  net: string;
  /** part of all calls of the demo */
  share: number;
  /** as its admin has set them; null = somebody always answers */
  workingHours: WorkingHours;
  /** how busy each hour of a working day is, local time, any unit */
  hours: readonly number[];
  /** a Saturday and a Sunday against a working day */
  saturday: number;
  sunday: number;
  /** part of each direction among calls that nobody's earlier call caused */
  mix: { in: number; out: number; internal: number };
  /** median talk of an outbound call, seconds */
  talk: number;
  groups: readonly DemoGroup[];
  employees: readonly DemoEmployee[];
  /** accounts of nobody: a room's phone, on for a meeting, and one that was never plugged in */
  spare: { room: DemoAccount; unplugged: DemoAccount };
  numbers: readonly DemoNumber[];
  /** takes the calls of a group that is not at work; '' = nobody does */
  duty: string;
  /** so many calls are kept in progress from the first start of the demo on, so that it breathes at any hour */
  liveFloor: number;
  /** callers' numbers as the trunk spells them; `x` becomes a digit */
  clientNumbers: readonly string[];
  /** who signs in as the employee of the demo: an id of `employees` */
  signIn: string;
}

export interface DemoGroup {
  id: string;
  name: string;
  /** hours at work, local; several shifts are taken in turn by its people; [22, 7] goes past midnight */
  shifts: readonly (readonly [number, number])[];
  /** part of its people at work on a Saturday and on a Sunday */
  saturday: number;
  sunday: number;
}

export interface DemoEmployee {
  id: string;
  name: string;
  group: string;
  extension: string;
  record: boolean;
}

export interface DemoAccount {
  extension: string;
  comment: string;
}

export interface DemoNumber {
  /** as the trunk spells it */
  number: string;
  label: string;
  channel: string | null;
  /** part of inbound calls, any unit */
  weight: number;
  /** group whose phones ring; at most `legs` of them at once */
  group: string;
  legs: number;
  /** median talk, seconds */
  talk: number;
}

/** @param list `extension name group` */
export function people(list: readonly (readonly [extension: string, name: string, group: string])[]): DemoEmployee[] {
  return list.map(([extension, name, group]) => ({ id: `e${extension}`, name, group, extension, record: true }));
}

/** Body of PUT /tenants/{id}. */
export function tenantBody({ name, domain, zone, locale, country, workingHours }: DemoCompany): object {
  return { name, domain, timezone: zone, locale, country, workingHours };
}

/** Body of PUT /tenants/{id}/directory. */
export function directoryBody(c: DemoCompany): object {
  return {
    numbers: c.numbers.map(({ number, label, channel }) => ({ number, label, channel })),
    groups: c.groups.map(({ id, name }) => ({ id, name })),
    accounts: [...c.employees.map(({ extension }) => ({ extension, comment: '' })), c.spare.room, c.spare.unplugged].map(
      ({ extension, comment }) => ({ user: extension, comment, extensions: [extension] }),
    ),
    employees: c.employees.map(({ id, name, group, extension, record }) => ({ id, name, group, extensions: [extension], record })),
  };
}
