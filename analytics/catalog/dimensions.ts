import type { Direction } from '@callscope/core/domain/call.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import { endOfHour } from '@callscope/core/domain/zone.ts';
import type { CallFilter } from '../query/filter.ts';
import type { Format, Words } from './words.ts';

export interface Dimension {
  label: Words;
  definition: Words;
  type: 'instant' | 'text';
  format: Format;
  /** column of `calls`; null: made by the plan */
  column: string | null;
  /** the calls of one value. @param zone company's */
  calls(value: string, zone: string): CallFilter;
}

/** What figures can be broken down by. A value is text; an hour is its start in RFC 3339. */
export const DIMENSIONS = {
  hour: {
    label: { ru: 'Час', en: 'Hour' },
    definition: {
      ru: 'Час, в который звонок начался, по времени компании; 13:00 значит 12:00–13:00.',
      en: "The hour in which the call started, company's time; 13:00 means 12:00–13:00.",
    },
    type: 'instant',
    format: 'hour',
    column: null,
    calls: (start, zone) => ({ from: Date.parse(start), to: endOfHour(zone, Date.parse(start)) }),
  },
  number: {
    label: { ru: 'Номер', en: 'Number' },
    definition: { ru: 'Номер компании, на который звонили.', en: "The company's number that was called." },
    type: 'text',
    format: 'phone',
    column: 'number',
    calls: (number) => ({ number: [international(number)] }),
  },
  employee: {
    label: { ru: 'Сотрудник', en: 'Employee' },
    definition: {
      ru: 'Кто звонил, у входящего – кто ответил последним.',
      en: 'Who called; of an incoming call, who answered last.',
    },
    type: 'text',
    format: 'name',
    column: 'employee',
    calls: (author) => ({ author: [author] }),
  },
  offeredTo: {
    label: { ru: 'Кому предложен', en: 'Offered to' },
    definition: {
      ru: 'Сотрудник, которого вызывали; звонок стоит у каждого, кому его предложили.',
      en: 'The employee that was called; a call stands at everyone it was offered to.',
    },
    type: 'text',
    format: 'name',
    column: null,
    calls: (employee) => ({ employee: [employee] }),
  },
  group: {
    label: { ru: 'Группа', en: 'Group' },
    definition: { ru: 'Группа, к которой звонок относится.', en: 'The group that the call belongs to.' },
    type: 'text',
    format: 'name',
    column: 'group_id',
    calls: (group) => ({ group: [group] }),
  },
  direction: {
    label: { ru: 'Направление', en: 'Direction' },
    definition: { ru: 'Входящий, исходящий или внутренний.', en: 'Incoming, outgoing or internal.' },
    type: 'text',
    format: 'name',
    column: 'direction',
    calls: (direction) => ({ direction: [direction as Direction] }),
  },
  result: {
    label: { ru: 'Тип', en: 'Result' },
    definition: { ru: 'Чем звонок кончился.', en: 'How the call ended.' },
    type: 'text',
    format: 'name',
    column: 'result',
    calls: (result) => ({ result: [result as CallResult] }),
  },
} as const satisfies Record<string, Dimension>;
export type DimensionId = keyof typeof DIMENSIONS;

/** Stored digits without + could be read as a national number of the company's country. */
function international(stored: string): string {
  return /^\d{7,}$/.test(stored) ? `+${stored}` : stored;
}
