import type { EditFault } from '@callscope/modules/directory/edit.ts';
import type { Entry, Kind } from '@callscope/modules/directory/entries.ts';
import type { FileFault } from '@callscope/modules/directory/files/refused.ts';
import type { ImportLine, TableFault } from '@callscope/modules/directory/import/plan.ts';
import type { Format } from '#format/format.ts';
import type { Words } from '#words/words.ts';

type DirectoryWords = Words['directory'];
export type AnyFault = EditFault | FileFault | { code: 'moved' } | { code: 'form'; message: string } | { code: 'schema'; message: string };

/** What is wrong and what to do. */
export function faultWords(words: DirectoryWords, format: Format, fault: AnyFault): string {
  const said = words.fault;
  switch (fault.code) {
    case 'absent':
      return said.absent(fault.key);
    case 'taken':
      return said.taken(fault.key);
    case 'extension':
      return said.extension(fault.extension, fault.owner);
    case 'group':
      return said.group(fault.group);
    case 'groupInUse':
      return said.groupInUse(fault.count, fault.employee);
    case 'notDialable':
      return said.notDialable(fault.number);
    case 'later':
      return said.later(format.date(fault.at), faultWords(words, format, fault.fault));
    case 'idStays':
    case 'moved':
      return said[fault.code];
    case 'form':
    case 'schema':
      return said.form(fault.message);
    case 'tooLarge':
      return words.file.refused.tooLarge(Math.round(fault.most / (1 << 20)));
    case 'tooManyRows':
      return words.file.refused.tooManyRows(format.number(fault.most));
    case 'quote':
      return words.file.refused.quote(fault.row);
    default:
      return words.file.refused[fault.code];
  }
}

/** Name of a field in a list. */
export function columnWords(words: DirectoryWords, kind: Kind, column: string): string {
  if (kind === 'groups' && column === 'name') return words.columns.groupName;
  return words.columns[column as keyof DirectoryWords['columns']] ?? column;
}

export function rowFaultWords(words: DirectoryWords, { kind }: Pick<ImportLine, 'kind'>, fault: ImportLine['faults'][number]): string {
  const said = words.file.faults;
  switch (fault.code) {
    case 'blank':
      return said.blank(columnWords(words, kind, fault.column));
    case 'tooLong':
      return said.tooLong(columnWords(words, kind, fault.column), fault.most);
    case 'twice':
      return said.twice(fault.row);
    case 'extension':
      return said.extension(fault.extension, fault.owner);
    case 'groupInUse':
      return said.groupInUse(fault.count, fault.employee);
    default:
      return said[fault.code](fault.text);
  }
}

export function tableFaultWords(words: DirectoryWords, kind: Kind, fault: TableFault): string {
  return words.file.tableFaults[fault.code](columnWords(words, kind, fault.column));
}

/** What an entry is called on a page. */
export function nameOfEntry(format: Format, normalised: (number: string) => string, entry: Entry): string {
  if ('number' in entry) return format.phone(normalised(entry.number));
  return 'user' in entry ? entry.user : entry.name;
}
