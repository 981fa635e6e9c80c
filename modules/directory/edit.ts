import { type DirectoryBody, directorySchema } from '@callscope/core/domain/directory.ts';
import { z } from 'zod';
import { type Entry, identityOf, isDialable, KINDS, type Kind, keyOf, storedNumber } from './entries.ts';

/** Of one entry of each list. */
export const forms = {
  numbers: directorySchema.shape.numbers.unwrap().element,
  employees: directorySchema.shape.employees.unwrap().element,
  groups: directorySchema.shape.groups.unwrap().element,
  accounts: directorySchema.shape.accounts.unwrap().element,
} as const;

const { numbers, employees, groups, accounts } = forms;
/** What of an entry changes; what is not named stays. Without the forms' defaults, which would be named. */
const patches = {
  numbers: z
    .strictObject({
      number: numbers.shape.number,
      label: numbers.shape.label.unwrap(),
      channel: numbers.shape.channel.in.unwrap(),
    })
    .partial(),
  employees: z
    .strictObject({
      id: employees.shape.id,
      name: employees.shape.name,
      group: employees.shape.group.in.unwrap(),
      extensions: employees.shape.extensions.unwrap(),
      record: employees.shape.record.unwrap(),
    })
    .partial(),
  groups: groups.partial(),
  accounts: z
    .strictObject({
      user: accounts.shape.user,
      comment: accounts.shape.comment.unwrap(),
      extensions: accounts.shape.extensions.unwrap(),
    })
    .partial(),
} as const;
const key = z.string().min(1).describe('the number in any spelling, the id, or the user of the account');

/** One step of an edit. `entry`: of "add" the whole entry, of "change" what changes in it. */
export const changeSchema = z.discriminatedUnion('op', [
  z.discriminatedUnion('kind', [
    z.strictObject({ op: z.literal('add'), kind: z.literal('numbers'), entry: forms.numbers }),
    z.strictObject({ op: z.literal('add'), kind: z.literal('employees'), entry: forms.employees }),
    z.strictObject({ op: z.literal('add'), kind: z.literal('groups'), entry: forms.groups }),
    z.strictObject({ op: z.literal('add'), kind: z.literal('accounts'), entry: forms.accounts }),
  ]),
  z.discriminatedUnion('kind', [
    z.strictObject({ op: z.literal('change'), kind: z.literal('numbers'), key, entry: patches.numbers }),
    z.strictObject({ op: z.literal('change'), kind: z.literal('employees'), key, entry: patches.employees }),
    z.strictObject({ op: z.literal('change'), kind: z.literal('groups'), key, entry: patches.groups }),
    z.strictObject({ op: z.literal('change'), kind: z.literal('accounts'), key, entry: patches.accounts }),
  ]),
  z.strictObject({ op: z.literal('remove'), kind: z.enum(KINDS), key }),
]);
/** Of a person at a page: more at once is an import. */
export const editRequestSchema = z.object({
  version: z.number().int(),
  validity: z.unknown(),
  changes: z.array(changeSchema).min(1).max(100),
});
export type Change =
  | { op: 'add'; kind: Kind; entry: Entry }
  | { op: 'change'; kind: Kind; key: string; entry: Partial<Entry> }
  | { op: 'remove'; kind: Kind; key: string };

export type EditFault =
  /** there is no such entry to change or remove */
  | { code: 'absent'; kind: Kind; key: string }
  /** another entry has this number, id or user */
  | { code: 'taken'; kind: Kind; key: string }
  | { code: 'extension'; extension: string; owner: string }
  | { code: 'group'; group: string }
  /** the group has employees: `count` of them, one by name */
  | { code: 'groupInUse'; group: string; count: number; employee: string }
  | { code: 'notDialable'; number: string }
  /** calls know an employee or a group by its id */
  | { code: 'idStays'; id: string }
  /** a later version would contradict: it begins at `at` (ms) */
  | { code: 'later'; at: number; fault: EditFault | { code: 'schema'; message: string } };

/** A change that the directory cannot take; `fault` for words of another language. */
export class DirectoryEditError extends Error {
  readonly fault: EditFault;
  constructor(fault: EditFault) {
    super(wordsOf(fault));
    this.fault = fault;
  }
}

/**
 * A body after some changes, in their order. Pure: the one given stays as it is.
 * @param country of the company: two spellings of a number are one number
 * @throws DirectoryEditError
 */
export function applyChanges(body: DirectoryBody, changes: readonly Change[], country: string): DirectoryBody {
  const next: DirectoryBody = { ...body };
  for (const change of changes) applyOne(next, change, country);
  requireWhole(next, changes);
  return next;
}

function applyOne(body: DirectoryBody, change: Change, country: string): void {
  const { kind } = change;
  const list = [...body[kind]] as Entry[];
  const same = (key: string) => {
    const wanted = identityOf(kind, key, country);
    return list.findIndex((entry) => identityOf(kind, keyOf(kind, entry), country) === wanted);
  };
  const at = change.op === 'add' ? list.length : same(change.key);
  if (change.op !== 'add' && at < 0) throw new DirectoryEditError({ code: 'absent', kind, key: change.key });
  if (change.op === 'remove') list.splice(at, 1);
  else {
    if (change.op === 'change' && 'id' in change.entry && change.entry.id !== change.key)
      throw new DirectoryEditError({ code: 'idStays', id: change.key });
    const whole = change.op === 'add' ? change.entry : ({ ...list[at], ...change.entry } as Entry);
    const entry = kind === 'numbers' ? dialable(whole as Entry<'numbers'>, country) : whole;
    const other = same(keyOf(kind, entry));
    if (other >= 0 && other !== at) throw new DirectoryEditError({ code: 'taken', kind, key: keyOf(kind, entry) });
    list[at] = entry;
  }
  body[kind] = list as never;
}

function dialable(entry: Entry<'numbers'>, country: string): Entry<'numbers'> {
  const number = storedNumber(entry.number, country);
  if (!isDialable(number)) throw new DirectoryEditError({ code: 'notDialable', number: entry.number });
  return { ...entry, number };
}

/** @throws DirectoryEditError when people and groups do not fit together any more */
function requireWhole(body: DirectoryBody, changes: readonly Change[]): void {
  const fault = faultOf(body);
  if (fault === null) return;
  // who removes a group is told of its people, not that a person's group is missing
  if (fault.code === 'group' && changes.some((c) => c.op === 'remove' && c.kind === 'groups' && c.key === fault.group)) {
    const left = body.employees.filter((e) => e.group === fault.group);
    throw new DirectoryEditError({ code: 'groupInUse', group: fault.group, count: left.length, employee: left[0]?.name ?? '' });
  }
  throw new DirectoryEditError(fault);
}

/** The first thing that makes a body contradict itself; null when it does not. */
export function faultOf(body: DirectoryBody): EditFault | null {
  const groups = new Set(body.groups.map((g) => g.id));
  const owners = new Map<string, string>();
  for (const e of body.employees) {
    if (e.group !== null && !groups.has(e.group)) return { code: 'group', group: e.group };
    for (const x of e.extensions) {
      const owner = owners.get(x);
      if (owner !== undefined) return { code: 'extension', extension: x, owner };
      owners.set(x, e.name);
    }
  }
  return null;
}

function wordsOf(fault: EditFault): string {
  switch (fault.code) {
    case 'absent':
      return `there is no "${fault.key}" among ${fault.kind}: it was removed, or is not valid at that time`;
    case 'taken':
      return `"${fault.key}" is among ${fault.kind} already: change that one`;
    case 'extension':
      return `extension ${fault.extension} belongs to ${fault.owner}: take it from there first`;
    case 'group':
      return `there is no group "${fault.group}": add it first`;
    case 'groupInUse':
      return `group "${fault.group}" has ${fault.count} employees (${fault.employee}, …): move them first`;
    case 'notDialable':
      return `"${fault.number}" is not a number: digits, without letters`;
    case 'idStays':
      return `the id "${fault.id}" stays: calls know the entry by it`;
    case 'later':
      return `the version of ${new Date(fault.at).toISOString()} contradicts: ${fault.fault.code === 'schema' ? fault.fault.message : wordsOf(fault.fault)}`;
  }
}
