import type { PageExportForm } from '@callscope/modules/exports/forms.ts';
import { invalidate } from '$app/navigation';
import { type AskAnswer, OPEN_EXPORTS } from './line.ts';

export type AskFault = NonNullable<AskAnswer['fault']> | 'failed';

/** Asks for a file in the background; the shell then waits for it. @returns what went wrong; null: it is being made */
export async function sendExport(company: string, form: PageExportForm): Promise<AskFault | null> {
  try {
    const response = await fetch(`/c/${encodeURIComponent(company)}/exports/new`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(form),
    });
    const { fault } = (await response.json()) as AskAnswer;
    if (fault === undefined) return 'failed';
    if (fault === null) await invalidate(OPEN_EXPORTS);
    return fault;
  } catch {
    return 'failed';
  }
}
