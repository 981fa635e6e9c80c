import { randomUUID } from 'node:crypto';
import type { DirectoryBody, Tenant } from '@callscope/core/domain/directory.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { readTables } from '@callscope/modules/directory/files/read.ts';
import { FileRefused } from '@callscope/modules/directory/files/refused.ts';
import { guessReading } from '@callscope/modules/directory/import/columns.ts';
import { type ImportLine, type ImportPlan, type ImportTable, planImport } from '@callscope/modules/directory/import/plan.ts';
import type { ImportRequest } from '@callscope/modules/directory/import/request.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import type { ImportAnswer, ImportPreview } from './answer.ts';
import { changeAs, momentFor } from './change.ts';
import type { Validity } from './validity.ts';

/** Of a preview. */
const MOST_LINES = 500;
const SAMPLE_ROWS = 4;
const SAMPLE_CHARACTERS = 60;

type Wish = Omit<ImportRequest, 'validity'> & { validity: Validity };

/** Thrown within the transaction: what is applied must be what was shown, and nothing in it wrong. */
class NotApplicable extends Error {}

/** What a file would make of the directory at the moment that is wished; applied when a preview's version comes with it. */
export async function importFile(
  locals: App.Locals,
  scope: TenantScope,
  company: Tenant,
  bytes: Uint8Array,
  wish: Wish,
): Promise<ImportAnswer> {
  let tables: ImportTable[];
  try {
    tables = (await readTables(bytes)).map((sheet, i) => ({
      sheet,
      reading: wish.readings === null ? guessReading(sheet, wish.kind) : (wish.readings[i] ?? null),
    }));
  } catch (error) {
    if (error instanceof FileRefused) return { done: false, fault: error.fault };
    throw error;
  }
  const plan = (body: DirectoryBody) =>
    planImport(body, tables, {
      country: company.country,
      locale: locals.locale,
      removeAbsent: wish.removeAbsent,
      newId: () => randomUUID().slice(0, 13),
    });
  if (wish.version === null) {
    const { current, from } = await momentFor(scope, company, wish.validity);
    const then = await getDirectory(deps().db, scope, from);
    return { done: null, preview: previewOf(plan(then?.body ?? EMPTY), tables, current.version) };
  }
  let changed = 0;
  try {
    const wanted = { kind: 'import', validity: wish.validity, version: wish.version } as const;
    const answer = await changeAs(locals, scope, company, wanted, (body) => {
      const made = plan(body);
      const isWrong = made.tableFaults.length > 0 || made.lines.some((line) => line.state === 'wrong');
      if (isWrong) throw new NotApplicable();
      changed = made.lines.filter((line) => line.state !== 'unchanged').length;
      return made.after;
    });
    return answer.done ? { ...answer, changed } : answer;
  } catch (error) {
    if (error instanceof NotApplicable) return { done: false, fault: { code: 'moved' } };
    throw error;
  }
}

const RANK: Record<ImportLine['state'], number> = { wrong: 0, removed: 1, changed: 2, added: 3, unchanged: 4 };

function previewOf(plan: ImportPlan, tables: readonly ImportTable[], version: number): ImportPreview {
  const counts: ImportPreview['counts'] = { added: 0, changed: 0, removed: 0, unchanged: 0, wrong: 0 };
  for (const { state } of plan.lines) counts[state]++;
  const told = plan.lines.filter((line) => line.state !== 'unchanged').sort((a, b) => RANK[a.state] - RANK[b.state]);
  return {
    version,
    sheets: tables.map(({ sheet, reading }) => ({
      name: sheet.name,
      rows: sheet.rows.length,
      sample: sheet.rows.slice(0, SAMPLE_ROWS).map(({ cells }) => cells.map((cell) => cell.slice(0, SAMPLE_CHARACTERS))),
      reading,
    })),
    counts,
    lines: told.slice(0, MOST_LINES),
    more: Math.max(0, told.length - MOST_LINES),
    tableFaults: plan.tableFaults,
  };
}
