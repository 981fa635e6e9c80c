/** A text that people read, in every language of the portal. */
interface Words {
  ru: string;
  en: string;
}

/** Why figures of a time may be incomplete or odd. */
export const INCIDENT_KINDS = ['recorder_stopped', 'trunk_down', 'edge_down', 'data_gap'] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** What an incident is called and what it means for figures: the one place that says so. */
export const INCIDENT_WORDS: Readonly<Record<IncidentKind, { label: Words; meaning: Words }>> = {
  recorder_stopped: {
    label: { ru: 'Запись стояла', en: 'Recorder stopped' },
    meaning: {
      ru: 'Записи разговоров этого времени готовились позже или их нет. Числа звонков верны.',
      en: 'Recordings of this time were made later, or there are none. Numbers of calls are right.',
    },
  },
  trunk_down: {
    label: { ru: 'Не работал транк', en: 'Trunk down' },
    meaning: {
      ru: 'Линия к оператору не работала: звонки через неё не проходили. Спад – не вина сотрудников.',
      en: 'A line to the carrier did not work: calls over it did not go through. A dip is no fault of the staff.',
    },
  },
  edge_down: {
    label: { ru: 'АТС не отвечала', en: 'Exchange away' },
    meaning: {
      ru: 'АТС или её узел не отвечали: звонки могли не проходить. Спад – не вина сотрудников.',
      en: 'The exchange, or a node of it, did not answer: calls may not have gone through. A dip is no fault of the staff.',
    },
  },
  data_gap: {
    label: { ru: 'Пробел в данных', en: 'Data gap' },
    meaning: {
      ru: 'Часть сообщений о звонках не принята: звонков могло быть больше, чем показано.',
      en: 'Some of what tells of calls was not received: there may have been more calls than are shown.',
    },
  },
};

export interface Incident {
  kind: IncidentKind;
  /** of the whole platform, or of this company alone */
  scope: 'platform' | 'company';
  /** the company's own trunk; '' = the rest is the operator's business */
  what: string;
  /** ms since the epoch */
  from: number;
  /** null: it goes on */
  to: number | null;
}
