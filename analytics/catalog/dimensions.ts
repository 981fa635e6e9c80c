import type { Direction } from '@callscope/core/domain/call.ts';
import type { CallResult } from '@callscope/core/domain/result.ts';
import { endOfHour, startOfDay, startOfMonth, startOfWeek } from '@callscope/core/domain/zone.ts';
import type { CallFilter } from '../query/filter.ts';
import type { Format, Words } from './words.ts';

/** The extension of our side; of an internal call the one that called. */
export const OWN_PHONE = "if(direction = 'in', answered_by, caller)";

/** A column of REST that says which row it is. */
export interface KeyColumn {
  id: string;
  type: 'instant' | 'text' | 'integer' | 'number';
  label: Words;
  definition: Words;
}

export interface Dimension {
  label: Words;
  definition: Words;
  type: 'instant' | 'text';
  format: Format;
  /** column of `calls`; null: made by the plan */
  column: string | null;
  /** column beside it in REST with what the directory calls a value; none: it has no name */
  named?: 'label' | 'name';
  /** where one value is several columns in REST; none: one, with the dimension's id */
  parts?: { columns: readonly KeyColumn[]; of(key: string): Record<string, string | number | null> };
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
  day: {
    label: { ru: 'День', en: 'Day' },
    definition: { ru: 'День, в который звонок начался, по времени компании.', en: "The day on which the call started, company's time." },
    type: 'instant',
    format: 'day',
    column: null,
    calls: (start, zone) => ({ from: Date.parse(start), to: startOfDay(zone, Date.parse(start), 1) }),
  },
  week: {
    label: { ru: 'Неделя', en: 'Week' },
    definition: {
      ru: 'Неделя, в которую звонок начался, с понедельника, по времени компании.',
      en: "The week in which the call started, from Monday on, company's time.",
    },
    type: 'instant',
    format: 'week',
    column: null,
    calls: (start, zone) => ({ from: Date.parse(start), to: startOfWeek(zone, Date.parse(start), 1) }),
  },
  month: {
    label: { ru: 'Месяц', en: 'Month' },
    definition: {
      ru: 'Месяц, в который звонок начался, по времени компании.',
      en: "The month in which the call started, company's time.",
    },
    type: 'instant',
    format: 'month',
    column: null,
    calls: (start, zone) => ({ from: Date.parse(start), to: startOfMonth(zone, Date.parse(start), 1) }),
  },
  weekHour: {
    label: { ru: 'День недели и час', en: 'Weekday and hour' },
    definition: {
      ru: 'День недели и час, в который звонок начался, по времени компании; 1 = понедельник, 13 = 13:00–14:00.',
      en: "Weekday and hour in which the call started, company's time; 1 = Monday, 13 = 13:00–14:00.",
    },
    type: 'text',
    format: 'name',
    column: null,
    parts: {
      columns: [
        {
          ...{ id: 'weekday', type: 'integer', label: { ru: 'День недели', en: 'Weekday' } },
          definition: { ru: '1 = понедельник … 7 = воскресенье', en: '1 = Monday … 7 = Sunday' },
        },
        { id: 'hour', type: 'integer', label: { ru: 'Час', en: 'Hour' }, definition: { ru: '13 = 13:00–14:00', en: '13 = 13:00–14:00' } },
      ],
      of: (key) => ({ weekday: Number(key.split('-')[0]), hour: Number(key.split('-')[1]) }),
    },
    calls: (key) => {
      const [weekday = 1, hour = 0] = key.split('-').map(Number);
      return { weekday: [weekday], time: { from: hour * 60, to: (hour + 1) * 60 } };
    },
  },
  talk: {
    label: { ru: 'Разговор', en: 'Talk' },
    definition: {
      ru: 'Сколько длился разговор, от и до, в секундах; звонки без ответа стоят отдельно.',
      en: 'How long the talk lasted, from and to, in seconds; calls without an answer stand apart.',
    },
    type: 'text',
    format: 'name',
    column: null,
    parts: {
      columns: [
        {
          ...{ id: 'fromSeconds', type: 'number', label: { ru: 'От, с', en: 'From, s' } },
          definition: { ru: 'включительно; пусто = без ответа', en: 'included; null = not answered' },
        },
        {
          ...{ id: 'toSeconds', type: 'number', label: { ru: 'До, с', en: 'To, s' } },
          definition: { ru: 'не включая; пусто = без верхней границы', en: 'excluded; null = without an end' },
        },
      ],
      of: (key) => {
        const band = bandOf(key);
        return { fromSeconds: band?.from ?? null, toSeconds: band?.to ?? null };
      },
    },
    calls: (key) => {
      const band = bandOf(key);
      if (!band) return { answered: false };
      // durations are whole milliseconds
      return { answered: true, talkMin: band.from, ...(band.to === null ? {} : { talkMax: band.to - 0.001 }) };
    },
  },
  number: {
    label: { ru: 'Номер', en: 'Number' },
    definition: { ru: 'Номер компании, на который звонили.', en: "The company's number that was called." },
    type: 'text',
    format: 'phone',
    column: 'number',
    named: 'label',
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
    named: 'name',
    calls: (author) => ({ author: [author] }),
  },
  account: {
    label: { ru: 'Учётка', en: 'Account' },
    definition: { ru: 'Учётка или внутренний номер, с которых звонили.', en: 'The account or extension that called.' },
    type: 'text',
    format: 'name',
    column: 'caller',
    calls: (caller) => ({ caller }),
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
    named: 'name',
    calls: (group) => ({ group: [group] }),
  },
  phone: {
    label: { ru: 'Телефон', en: 'Phone' },
    definition: {
      ru: 'Телефон нашей стороны: внутренний номер, который ответил, а у исходящего – с которого звонили.',
      en: 'The phone of our side: the extension that answered, of an outgoing call the one that called.',
    },
    type: 'text',
    format: 'name',
    column: OWN_PHONE,
    calls: (phone) => ({ phone: [phone] }),
  },
  trunk: {
    label: { ru: 'Транк', en: 'Trunk' },
    definition: {
      ru: 'Линия к оператору связи, по которой звонок пришёл или ушёл; из нескольких испробованных последняя. Пусто: звонок внутренний, или узел связи её не назвал.',
      en: 'The line to a carrier that the call came or went by; of several that were tried the last. Empty: the call was internal, or the edge did not name it.',
    },
    type: 'text',
    format: 'name',
    column: 'trunk',
    calls: (trunk) => ({ trunk: [trunk] }),
  },
  ownNetwork: {
    label: { ru: 'Сеть сотрудников', en: "Employees' network" },
    definition: {
      ru: 'Сеть, из которой шёл звук нашей стороны: первые 24 бита адреса IPv4, 64 бита IPv6.',
      en: "The network that our side's sound came from: the first 24 bits of an IPv4 address, 64 of IPv6.",
    },
    type: 'text',
    format: 'name',
    column: 'right_network',
    calls: (network) => ({ ownNetwork: [network] }),
  },
  farNetwork: {
    label: { ru: 'Шлюз абонента', en: "The other party's gateway" },
    definition: {
      ru: 'Сеть, из которой шёл звук абонента: обычно шлюз провайдера. Первые 24 бита адреса IPv4, 64 бита IPv6.',
      en: "The network that the other party's sound came from: the carrier's gateway as a rule. The first 24 bits of an IPv4 address, 64 of IPv6.",
    },
    type: 'text',
    format: 'name',
    column: 'left_network',
    calls: (network) => ({ farNetwork: [network] }),
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

/** Stretches of time that figures can be broken down by: a row each, whether anything happened or not. */
export const TIMES = ['hour', 'day', 'week', 'month'] as const satisfies readonly DimensionId[];
export type Time = (typeof TIMES)[number];
export const isTime = (by: DimensionId | null): by is Time => (TIMES as readonly (DimensionId | null)[]).includes(by);

/** Bounds between bands of talks, in seconds: up to half a minute is hardly a talk (T-64). */
const BOUNDS = [0, 30, 60, 180, 600];
export const UNANSWERED = 'unanswered';

/**
 * Starts of the bands, in seconds: from the shortest talk that is asked for on (T-65).
 * @param talkMax of the filter: bands that begin after it are empty, and left out
 */
export function bandStarts({ talkMin = 0, talkMax = Number.POSITIVE_INFINITY }: Pick<CallFilter, 'talkMin' | 'talkMax'>): number[] {
  return [talkMin, ...BOUNDS.filter((bound) => bound > talkMin && bound <= talkMax)];
}

/** @param to null = without an end */
export const bandKey = (from: number, to: number | null): string => `${from}-${to ?? ''}`;

/** null = not answered */
function bandOf(key: string): { from: number; to: number | null } | null {
  if (key === UNANSWERED) return null;
  const [from = '0', to = ''] = key.split('-');
  return { from: Number(from), to: to === '' ? null : Number(to) };
}

/** Stored digits without + could be read as a national number of the company's country. */
function international(stored: string): string {
  return /^\d{7,}$/.test(stored) ? `+${stored}` : stored;
}
