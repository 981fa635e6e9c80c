import type { Language, Words } from '@callscope/analytics/catalog/words.ts';

/** A column of the reports on missed calls, whose rows are calls or cases and not figures of the catalogue. */
interface Column {
  id: string;
  type: 'instant' | 'text' | 'integer';
  unit: 'calls' | null;
  label: Words;
  definition: Words;
}
export interface ListReport {
  title: Words;
  definition: Words;
  columns: readonly Column[];
}

const from: Column = {
  ...{ id: 'from', type: 'text', unit: null, label: { ru: 'Откуда', en: 'From' } },
  definition: { ru: 'Кто звонил; пусто – номер скрыт.', en: 'Who called; empty: the number is hidden.' },
};

export const MISSED_REPORT: ListReport = {
  title: { ru: 'Пропущенные', en: 'Missed' },
  definition: {
    ru: 'Входящие, на которые никто не ответил, чем бы они ни кончились; у каждого одна причина. Звонивших считают по разным номерам, скрытые номера в их число не входят.',
    en: 'Incoming calls that nobody answered, however they ended; each has one kind. Callers are different numbers; hidden ones are not counted.',
  },
  columns: [
    {
      ...{ id: 'startedAt', type: 'instant', unit: null, label: { ru: 'Начало', en: 'Start' } },
      definition: { ru: 'Когда звонок начался.', en: 'When the call started.' },
    },
    from,
    {
      ...{ id: 'number', type: 'text', unit: null, label: { ru: 'Номер', en: 'Number' } },
      definition: { ru: 'Номер компании, на который звонили.', en: "The company's number that was called." },
    },
    {
      ...{ id: 'missedKind', type: 'text', unit: null, label: { ru: 'Причина пропуска', en: 'Missed kind' } },
      definition: { ru: 'Почему на звонок никто не ответил.', en: 'Why nobody answered the call.' },
    },
  ],
};

export const LOST_REPORT: ListReport = {
  title: { ru: 'Потерянные', en: 'Lost' },
  definition: {
    ru: `Потерянные – случаи, в которых звонившему никто не перезвонил и сам он не дозвонился. Несколько пропущенных с одного номера подряд – один случай. Случаи = перезвонили + дозвонился сам + осталось. Просрочен – открыт дольше рабочего времени на перезвон из настроек компании, какие они сейчас; скрытые номера и случаи, по которым звонить не нужно, не просрочиваются. Период выбирает по первому пропущенному звонку.`,
    en: `Lost: cases in which nobody called back and the caller did not get through. Several missed calls of a number in a row are one case. Cases = called back + got through + remaining. Overdue: open for longer than the company's working time for calling back as it is set now; hidden numbers and dismissed cases are never overdue. A period selects by the first missed call.`,
  },
  columns: [
    {
      ...{ id: 'openedAt', type: 'instant', unit: null, label: { ru: 'Пропущен', en: 'Missed' } },
      definition: { ru: 'Начало первого пропущенного звонка.', en: 'Start of the first missed call.' },
    },
    from,
    {
      ...{ id: 'number', type: 'text', unit: null, label: { ru: 'Номер', en: 'Number' } },
      definition: { ru: 'Номер компании, на который звонили последним.', en: "The company's number that was called last." },
    },
    {
      ...{ id: 'missed', type: 'integer', unit: 'calls', label: { ru: 'Пропущено', en: 'Times missed' } },
      definition: { ru: 'Сколько звонков пропустили, пока случай открыт.', en: 'Calls missed while the case was open.' },
    },
    {
      ...{ id: 'attempts', type: 'integer', unit: 'calls', label: { ru: 'Попытки', en: 'Attempts' } },
      definition: { ru: 'Сколько раз перезванивали.', en: 'How often somebody called back.' },
    },
  ],
};

/** Columns and definition as programs get them. */
export function inLanguage(report: ListReport, language: Language) {
  return {
    columns: report.columns.map(({ label, definition, ...column }) => ({
      ...column,
      label: label[language],
      definition: definition[language],
    })),
    definition: report.definition[language],
  };
}
