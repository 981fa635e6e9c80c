import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { z } from 'zod';
import { forms } from '../edit.ts';
import { type Entry, isDialable, type Kind, storedNumber } from '../entries.ts';
import type { Column } from './columns.ts';

/** What is wrong with a row; the page says what to do about it. */
export type RowFault =
  | { code: 'blank'; column: Column }
  | { code: 'tooLong'; column: string; most: number }
  /** 7,4951E+10: a table program has rounded a number */
  | { code: 'rounded'; text: string }
  | { code: 'notDialable'; text: string }
  | { code: 'badExtension'; text: string }
  | { code: 'badRecord'; text: string }
  /** several entries have this name: only an id tells them apart */
  | { code: 'ambiguous'; text: string }
  /** the entry stands in an earlier row, too */
  | { code: 'twice'; row: number }
  | { code: 'extension'; extension: string; owner: string }
  | { code: 'groupInUse'; count: number; employee: string }
  | { code: 'schema'; text: string };

/** A row's cells by column; a column that the file does not have is undefined. */
export type Cells = Partial<Record<Column, string>>;

export interface RowContext {
  country: string;
  newId: () => string;
  /** the entry of a list as it is by then */
  find(kind: Kind, key: string): Entry | undefined;
  /** entries of a list with this name, folded */
  named(kind: 'employees' | 'groups', name: string): readonly Entry<'employees' | 'groups'>[];
  /** a group that only this name speaks of: made */
  makeGroup(name: string): string;
}

export interface ReadRow {
  /** null when it cannot be said which entry it would be */
  entry: Entry | null;
  before: Entry | null;
  faults: RowFault[];
}

const YES = /^(да|д|yes|y|true|1|\+|x|х|вкл|включена|on)$/i;
const NO = /^(нет|н|no|n|false|0|-|–|выкл|выключена|off)$/i;
const ROUNDED = /^[+-]?\d+[.,]?\d*[eе]\+?\d+$/i;
const EXTENSION = /^[0-9*#]{1,16}$/;

/** One row as the entry that it means; what a file does not say stays as it is. */
export function readRow(kind: Kind, cells: Cells, context: RowContext): ReadRow {
  const read = { numbers: readNumber, employees: readEmployee, groups: readGroup, accounts: readAccount }[kind];
  const row = read(cells, context);
  if (row.entry === null) return row;
  const form: z.ZodType = forms[kind];
  for (const issue of form.safeParse(row.entry).error?.issues ?? []) {
    const column = String(issue.path[0] ?? '');
    if (issue.code === 'too_big') row.faults.push({ code: 'tooLong', column, most: Number(issue.maximum) });
    else if (row.faults.length === 0) row.faults.push({ code: 'schema', text: `${column}: ${issue.message}` });
  }
  return row;
}

function readNumber(cells: Cells, context: RowContext): ReadRow {
  const typed = cells.number ?? '';
  if (typed === '') return refused({ code: 'blank', column: 'number' });
  if (ROUNDED.test(typed)) return refused({ code: 'rounded', text: typed });
  const number = storedNumber(typed, context.country);
  if (!isDialable(number)) return refused({ code: 'notDialable', text: typed });
  const before = (context.find('numbers', number) as Entry<'numbers'> | undefined) ?? null;
  const isSame = before !== null && normalizePhone(before.number, context.country) === normalizePhone(number, context.country);
  const entry: Entry<'numbers'> = {
    // another spelling of the same number is no change
    number: isSame ? before.number : number,
    label: cells.label ?? before?.label ?? '',
    channel: cells.channel === undefined ? (before?.channel ?? null) : cells.channel || null,
  };
  return { entry, before, faults: [] };
}

function readEmployee(cells: Cells, context: RowContext): ReadRow {
  const found = byIdOrName('employees', cells, context);
  if ('faults' in found) return found;
  const before = found.before as Entry<'employees'> | null;
  const faults: RowFault[] = [];
  const entry: Entry<'employees'> = {
    id: found.id,
    name: cells.name || (before?.name ?? ''),
    group: cells.group === undefined ? (before?.group ?? null) : groupOf(cells.group, context, faults),
    extensions: cells.extensions === undefined ? (before?.extensions ?? []) : extensionsOf(cells.extensions, faults),
    record: recordOf(cells.record, before?.record ?? true, faults),
  };
  return { entry, before, faults };
}

function readGroup(cells: Cells, context: RowContext): ReadRow {
  const found = byIdOrName('groups', cells, context);
  if ('faults' in found) return found;
  return { entry: { id: found.id, name: cells.name || (found.before?.name ?? '') }, before: found.before, faults: [] };
}

function readAccount(cells: Cells, context: RowContext): ReadRow {
  const user = cells.user ?? '';
  if (user === '') return refused({ code: 'blank', column: 'user' });
  if (ROUNDED.test(user)) return refused({ code: 'rounded', text: user });
  const before = (context.find('accounts', user) as Entry<'accounts'> | undefined) ?? null;
  const faults: RowFault[] = [];
  const entry: Entry<'accounts'> = {
    user,
    comment: cells.comment ?? before?.comment ?? '',
    extensions: cells.extensions === undefined ? (before?.extensions ?? []) : extensionsOf(cells.extensions, faults),
  };
  return { entry, before, faults };
}

type Named = Entry<'employees' | 'groups'>;

/** The entry that a row means by its id, else by its name; an unknown one is new. */
function byIdOrName(kind: 'employees' | 'groups', cells: Cells, context: RowContext): ReadRow | { id: string; before: Named | null } {
  const id = cells.id ?? '';
  const name = cells.name ?? '';
  if (id !== '') {
    const before = (context.find(kind, id) as Named | undefined) ?? null;
    if (before === null && name === '') return refused({ code: 'blank', column: 'name' });
    return { id, before };
  }
  if (name === '') return refused({ code: 'blank', column: 'name' });
  const same = context.named(kind, name);
  if (same.length > 1) return refused({ code: 'ambiguous', text: name });
  return { id: same[0]?.id ?? context.newId(), before: same[0] ?? null };
}

/** By name where one has it, else by id; one that is not there yet is made. */
function groupOf(text: string, context: RowContext, faults: RowFault[]): string | null {
  if (text === '') return null;
  const same = context.named('groups', text);
  if (same.length === 1) return same[0]?.id ?? null;
  const byId = context.find('groups', text) as Entry<'groups'> | undefined;
  if (byId) return byId.id;
  if (same.length > 1) {
    faults.push({ code: 'ambiguous', text });
    return null;
  }
  return context.makeGroup(text);
}

function extensionsOf(text: string, faults: RowFault[]): string[] {
  const out = new Set<string>();
  for (const part of text.split(/[\s,;&/|]+/)) {
    if (part === '') continue;
    if (EXTENSION.test(part)) out.add(part);
    else faults.push({ code: 'badExtension', text: part.slice(0, 40) });
  }
  return [...out];
}

function recordOf(text: string | undefined, otherwise: boolean, faults: RowFault[]): boolean {
  if (text === undefined || text === '') return otherwise;
  if (YES.test(text)) return true;
  if (!NO.test(text)) faults.push({ code: 'badRecord', text: text.slice(0, 40) });
  return false;
}

function refused(fault: RowFault): ReadRow {
  return { entry: null, before: null, faults: [fault] };
}

/** Equal for names that people write the same: case, "ё" and spaces do not count. */
export function foldedName(name: string): string {
  return name.toLocaleLowerCase('ru').replaceAll('ё', 'е').replace(/\s+/g, ' ').trim();
}
