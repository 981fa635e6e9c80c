import type { Entry, Kind } from '@callscope/modules/directory/entries.ts';

/** What the form of an entry holds, as text where people type. */
export interface Fields {
  number: string;
  label: string;
  channel: string;
  name: string;
  group: string;
  extensions: string;
  record: boolean;
  user: string;
  comment: string;
}

export const BLANK: Fields = {
  ...{ number: '', label: '', channel: '', name: '', group: '', extensions: '', record: true, user: '', comment: '' },
};

/** The field without which there is no entry. */
export const NEEDED = { numbers: 'number', employees: 'name', groups: 'name', accounts: 'user' } as const satisfies Record<
  Kind,
  keyof Fields
>;

export function fieldsOf(entry: Entry): Fields {
  const { extensions, group, channel, ...rest } = { extensions: [] as string[], group: null, channel: null, ...entry };
  return { ...BLANK, ...rest, extensions: extensions.join(' '), group: group ?? '', channel: channel ?? '' };
}

/** The entry that the fields say. @param id of the entry, of a new one a new one */
export function entryOf(kind: Kind, fields: Fields, id: string): Entry {
  const text = (field: 'number' | 'label' | 'channel' | 'name' | 'user' | 'comment') => fields[field].trim();
  const extensions = [...new Set(fields.extensions.split(/[\s,;&]+/).filter(Boolean))];
  switch (kind) {
    case 'numbers':
      return { number: text('number'), label: text('label'), channel: text('channel') || null };
    case 'employees':
      return { id, name: text('name'), group: fields.group || null, extensions, record: fields.record };
    case 'groups':
      return { id, name: text('name') };
    case 'accounts':
      return { user: text('user'), comment: text('comment'), extensions };
  }
}

/** What differs: only this is sent, so that a correction of the past does not carry today's other fields there. */
export function patchOf(before: Entry, after: Entry): Partial<Entry> {
  const old = before as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.entries(after).filter(([field, value]) => JSON.stringify(old[field]) !== JSON.stringify(value)));
}
