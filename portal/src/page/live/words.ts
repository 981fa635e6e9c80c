import type { LiveCall } from '@callscope/core/bus/live.ts';
import type { I18n } from '#ui/i18n.svelte.ts';
import type { Names } from '../journal/conditions.ts';
import { peopleIn } from './lines.ts';

/** What a line of calls in progress says. */
export interface LineWords {
  from: string;
  /** the company's own number by its name */
  to: string;
  /** whoever of the company is in it */
  people: string[];
}

export function lineWords(call: LiveCall, names: Names, { words, format }: I18n): LineWords {
  const isOwn = call.number !== '' && call.dialled === call.number;
  return {
    from: call.from === '' ? words.dashboard.hidden : format.phone(call.from),
    to: isOwn ? names.number(call.number) : format.phone(call.dialled),
    people: peopleIn(call).map(({ employee, target }) => (employee === '' ? format.phone(target) : names.employee(employee))),
  };
}
