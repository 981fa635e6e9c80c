import { FilterError } from '@callscope/analytics/query/filter.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Caller } from '@callscope/modules/access/callers.ts';
import { type ExportQuestion, pageExportForm } from '@callscope/modules/exports/forms.ts';
import { addExport, letterAddress } from '@callscope/modules/exports/store.ts';
import { likingOf } from '@callscope/modules/likings/store.ts';
import { Problem } from '@callscope/portal/api/problem.ts';
import { deps } from '@callscope/portal/deps.ts';
import { readQuestion } from '@callscope/portal/exports/question.ts';
import type { Locale } from '#words/words.ts';
import { companyOf } from '../company.ts';
import { keptColumns } from '../journal/columns.ts';
import type { AskAnswer } from './line.ts';

/** Has the file made that a page's own download would give. @param given JSON of the request @param origin where the person reached the portal, for links to cards */
export async function askExport(scope: TenantScope, caller: Caller, given: unknown, locale: Locale, origin: string): Promise<AskAnswer> {
  const form = pageExportForm.safeParse(given);
  if (!form.success) return { fault: 'form' };
  const { db, clock, mail } = deps();
  const { of, query, report, format, letter } = form.data;
  const page = { query, locale, origin };
  let question: ExportQuestion;
  if (of === 'journal') question = { of, ...page, columns: [...keptColumns(await likingOf(db, scope, caller, 'journal'))] };
  else if (of === 'details' || of === 'missed') question = { of, ...page };
  else if (report === undefined) return { fault: 'form' };
  else question = { of, report, ...page };
  let title: string;
  try {
    title = readQuestion(question, { deps: deps(), company: await companyOf(scope), at: clock.now() }).title;
  } catch (cause) {
    if (cause instanceof FilterError || cause instanceof Problem) return { fault: 'form' };
    throw cause;
  }
  const byLetter = letter && mail !== null && (await letterAddress(db, caller)) !== null;
  const made = await addExport(db, scope, caller, { question, format, title, letter: byLetter });
  return { fault: typeof made === 'string' ? null : made.refused };
}
