import type { EditFault } from '@callscope/modules/directory/edit.ts';
import type { FileFault } from '@callscope/modules/directory/files/refused.ts';
import type { Reading } from '@callscope/modules/directory/import/columns.ts';
import type { ImportLine, TableFault } from '@callscope/modules/directory/import/plan.ts';

/** How a change of the directory ended, for the page that asked for it. */
export type EditAnswer =
  | { done: true /** false: ingest has not said yet that it uses it */; applied: boolean }
  | { done: false; fault: EditFault | { code: 'moved' } | { code: 'form'; message: string } };

/** What a file would do, or did, or why it cannot. */
export type ImportAnswer =
  | { done: true; applied: boolean; changed: number }
  | { done: false; fault: FileFault | EditFault | { code: 'moved' } | { code: 'form'; message: string } }
  | { done: null; preview: ImportPreview };

export interface ImportPreview {
  version: number;
  sheets: { name: string; rows: number /** first rows, cut */; sample: string[][]; reading: Reading | null }[];
  counts: Record<ImportLine['state'], number>;
  /** wrong ones first, then what changes; of those that stay, none */
  lines: ImportLine[];
  /** lines that are not shown */
  more: number;
  tableFaults: TableFault[];
}
