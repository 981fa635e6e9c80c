import type { MarkFault } from '@callscope/modules/marks/kinds.ts';
import { json } from '@sveltejs/kit';

const STATUS: Record<MarkFault | 'form', number> = {
  many: 409,
  taken: 409,
  unknown: 404,
  stale: 409,
  right: 403,
  archived: 409,
  form: 400,
};

/** What parts of a call's page are told: `{fault}`, or what they asked for. */
export const faulty = (fault: MarkFault | 'form', more: object = {}): Response => json({ fault, ...more }, { status: STATUS[fault] });

/** @param answer a fault by its name, or what was made */
export function answered<T extends object | null>(answer: T | MarkFault): Response {
  return typeof answer === 'string' ? faulty(answer) : json({ fault: null, made: answer });
}
