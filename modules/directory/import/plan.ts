import type { DirectoryBody } from '@callscope/core/domain/directory.ts';
import { sameValue } from '../difference.ts';
import { type Entry, identityOf, type Kind, keyOf } from '../entries.ts';
import type { Sheet } from '../files/refused.ts';
import { COLUMNS, type Column, NEEDED, type Reading } from './columns.ts';
import { cellText, namesOfGroups } from './export.ts';
import { type Cells, foldedName, type RowFault, readRow } from './rows.ts';

export interface ImportTable {
  sheet: Sheet;
  /** null: left out */
  reading: Reading | null;
}

export interface ImportOptions {
  country: string;
  locale: 'ru' | 'en';
  /** the file has the whole of its lists: what it does not name goes */
  removeAbsent: boolean;
  newId: () => string;
}

/** What becomes of one row, or (row null) of an entry that no row names. */
export interface ImportLine {
  sheet: string;
  row: number | null;
  kind: Kind;
  state: 'added' | 'changed' | 'removed' | 'unchanged' | 'wrong';
  /** the number, the name, or the account's user */
  title: string;
  fields: { column: Column; before: string; after: string }[];
  faults: RowFault[];
}

/** A sheet that cannot be read as it is mapped. */
export interface TableFault {
  sheet: string;
  code: 'noColumn' | 'columnTwice';
  column: Column;
}

export interface ImportPlan {
  /** as it would be; nobody's when a row is wrong */
  after: DirectoryBody;
  lines: ImportLine[];
  tableFaults: TableFault[];
}

/** groups first: employees name them */
const ORDER: readonly Kind[] = ['groups', 'employees', 'accounts', 'numbers'];

interface Draft extends Omit<ImportLine, 'state' | 'fields' | 'title'> {
  before: Entry | null;
  after: Entry | null;
  text: string;
}

/**
 * What a file would make of a directory, row by row. Pure but for `newId`. The plan with a wrong row or table is for
 * showing only.
 */
export function planImport(body: DirectoryBody, tables: readonly ImportTable[], options: ImportOptions): ImportPlan {
  const { country } = options;
  const lists = new Map<Kind, Map<string, Entry>>(
    ORDER.map((kind) => [kind, new Map((body[kind] as Entry[]).map((entry) => [identityOf(kind, keyOf(kind, entry), country), entry]))]),
  );
  const list = (kind: Kind) => lists.get(kind) as Map<string, Entry>;
  const names = { employees: new NameIndex(body.employees), groups: new NameIndex(body.groups) };
  const drafts: Draft[] = [];
  const rowOf = new Map<string, number>();
  const tableFaults: TableFault[] = [];
  const put = (kind: Kind, entry: Entry, before: Entry | null) => {
    list(kind).set(identityOf(kind, keyOf(kind, entry), country), entry);
    if (kind === 'employees' || kind === 'groups') names[kind].put(entry as Named, before as Named | null);
  };
  const context = {
    country,
    newId: options.newId,
    find: (kind: Kind, key: string) => list(kind).get(identityOf(kind, key, country)),
    named: (kind: 'employees' | 'groups', name: string) => names[kind].get(name),
    makeGroup: (name: string) => {
      const group = { id: options.newId(), name };
      put('groups', group, null);
      drafts.push({ sheet: '', row: null, kind: 'groups', before: null, after: group, text: name, faults: [] });
      return group.id;
    },
  };

  const named = new Set<Kind>();
  for (const kind of ORDER)
    for (const { sheet, reading } of tables) {
      if (reading?.kind !== kind) continue;
      const fault = faultOfReading(reading);
      if (fault) {
        tableFaults.push({ sheet: sheet.name, ...fault });
        continue;
      }
      named.add(kind);
      for (const { row, cells } of sheet.rows.slice(reading.hasHead ? 1 : 0)) {
        const texts = cellsOf(cells, reading);
        const { entry, before, faults } = readRow(kind, texts, context);
        const draft: Draft = { sheet: sheet.name, row, kind, before, after: entry, text: texts[NEEDED[kind]] ?? texts.id ?? '', faults };
        drafts.push(draft);
        if (entry === null) continue;
        const place = `${kind} ${identityOf(kind, keyOf(kind, entry), country)}`;
        const earlier = rowOf.get(place);
        if (earlier !== undefined) faults.push({ code: 'twice', row: earlier });
        else {
          rowOf.set(place, row);
          put(kind, entry, before);
        }
      }
    }

  if (options.removeAbsent)
    for (const kind of named)
      for (const entry of body[kind] as Entry[]) {
        const place = identityOf(kind, keyOf(kind, entry), country);
        if (rowOf.has(`${kind} ${place}`)) continue;
        list(kind).delete(place);
        drafts.push({ sheet: '', row: null, kind, before: entry, after: null, text: '', faults: [] });
      }

  const after = Object.fromEntries(ORDER.map((kind) => [kind, [...list(kind).values()]])) as unknown as DirectoryBody;
  findContradictions(after, drafts);
  const stays = new Set(after.groups.map((g) => g.id));
  const groups = namesOfGroups([...after.groups, ...body.groups.filter((g) => !stays.has(g.id))]);
  return { after, lines: drafts.map((draft) => lineOf(draft, groups, options.locale)), tableFaults };
}

function faultOfReading({ kind, columns }: Reading): Omit<TableFault, 'sheet'> | null {
  const twice = columns.find((column, i) => column !== null && columns.indexOf(column) !== i);
  if (twice) return { code: 'columnTwice', column: twice };
  // whoever has an id needs no name to be found
  const has = columns.includes(NEEDED[kind]) || (columns.includes('id') && (kind === 'employees' || kind === 'groups'));
  return has ? null : { code: 'noColumn', column: NEEDED[kind] };
}

function cellsOf(cells: readonly string[], { columns }: Reading): Cells {
  const out: Cells = {};
  columns.forEach((column, i) => {
    if (column !== null) out[column] = (cells[i] ?? '').trim();
  });
  return out;
}

/** An extension with two owners, and people of a group that goes: said at the rows that cause it. */
function findContradictions(after: DirectoryBody, drafts: readonly Draft[]): void {
  const drafted = new Map(
    drafts.filter((d) => d.kind === 'employees' && d.after !== null).map((d) => [keyOf(d.kind, d.after as Entry), d]),
  );
  const owners = new Map<string, Entry<'employees'>>();
  for (const employee of after.employees)
    for (const extension of employee.extensions) {
      const owner = owners.get(extension);
      owners.set(extension, employee);
      if (!owner || owner.id === employee.id) continue;
      const draft = drafted.get(employee.id);
      if (draft) draft.faults.push({ code: 'extension', extension, owner: owner.name });
      else drafted.get(owner.id)?.faults.push({ code: 'extension', extension, owner: employee.name });
    }
  const members = Map.groupBy(after.employees, (e) => e.group);
  for (const draft of drafts) {
    if (draft.kind !== 'groups' || draft.after !== null || draft.before === null) continue;
    const left = members.get((draft.before as Entry<'groups'>).id) ?? [];
    if (left[0]) draft.faults.push({ code: 'groupInUse', count: left.length, employee: left[0].name });
  }
}

function lineOf(draft: Draft, groups: ReadonlyMap<string, string>, locale: 'ru' | 'en'): ImportLine {
  const { sheet, row, kind, before, after, faults } = draft;
  const text = (entry: Entry | null, column: Column) => (entry === null ? '' : cellText(entry, column, groups, locale));
  const columns: readonly Column[] = COLUMNS[kind];
  const fields = columns
    .map((column) => ({ column, before: text(before, column), after: text(after, column) }))
    // an id is made, and says nothing to people
    .filter((f) => f.column !== 'id' && (before === null || after === null ? f.before + f.after !== '' : f.before !== f.after));
  const shown = after ?? before;
  const state =
    faults.length > 0
      ? 'wrong'
      : before === null
        ? 'added'
        : after === null
          ? 'removed'
          : sameValue(before, after)
            ? 'unchanged'
            : 'changed';
  return { sheet, row, kind, state, title: shown === null ? draft.text : text(shown, NEEDED[kind]), fields, faults };
}

type Named = Entry<'employees' | 'groups'>;

/** Entries by folded name. */
class NameIndex {
  readonly #byName = new Map<string, Named[]>();

  constructor(entries: readonly Named[]) {
    for (const entry of entries) this.put(entry, null);
  }

  get(name: string): readonly Named[] {
    return this.#byName.get(foldedName(name)) ?? [];
  }

  put(entry: Named, before: Named | null): void {
    if (before) {
      const rest = this.get(before.name).filter((e) => e.id !== before.id);
      this.#byName.set(foldedName(before.name), rest);
    }
    this.#byName.set(foldedName(entry.name), [...this.get(entry.name), entry]);
  }
}
