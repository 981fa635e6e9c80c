import { defineReport } from './define.ts';

/** How calls sounded: whose network, phone or line is to be looked at, and when. */
const MEASURES = ['measuredCalls', 'poorCalls', 'poorShare', 'meanMos', 'meanLoss', 'meanJitter', 'silentCalls'] as const;
const RULE = {
  ru: 'Показатели считаются по отчётам RTCP телефонов и по пакетам записи; звонки, о которых нет ни того, ни другого, не входят. У звонка берётся сторона, что слышала хуже.',
  en: "Figures come from RTCP reports of the phones and from packets of recordings; calls without either are left out. A call's figure is that of the side that heard worse.",
};
const about = (ru: string, en: string) => ({ ru: `${ru} ${RULE.ru}`, en: `${en} ${RULE.en}` });
/** Of others there is nothing to say: they are no rows. */
const only = { measured: true } as const;
const chart = { kind: 'bar', series: ['poorCalls'] } as const;

export const soundTotals = defineReport({
  id: 'sound',
  title: { ru: 'Качество связи', en: 'Sound' },
  definition: about('Как было слышно за период.', 'How calls sounded in the period.'),
  only,
  by: null,
  measures: MEASURES,
  mostDays: null,
  chart: null,
});

export const soundByEmployee = defineReport({
  id: 'sound-by-employee',
  title: { ru: 'Связь по сотрудникам', en: 'Sound by employee' },
  definition: about('У кого плохо слышно.', 'Who cannot be heard well.'),
  only,
  by: 'employee',
  measures: MEASURES,
  mostDays: null,
  chart,
});

export const soundByNumber = defineReport({
  id: 'sound-by-number',
  title: { ru: 'Связь по номерам', en: 'Sound by number' },
  definition: about('По городским номерам компании.', "By the company's own numbers."),
  only,
  by: 'number',
  measures: MEASURES,
  mostDays: null,
  chart,
});

export const soundByPhone = defineReport({
  id: 'sound-by-phone',
  title: { ru: 'Связь по телефонам', en: 'Sound by phone' },
  definition: about(
    'На каком телефоне плохо слышно: аппарат, гарнитура, розетка.',
    'Which phone sounds badly: the set, its headset, its socket.',
  ),
  only,
  by: 'phone',
  measures: MEASURES,
  mostDays: null,
  chart,
});

export const soundByNetwork = defineReport({
  id: 'sound-by-network',
  title: { ru: 'Связь по сетям сотрудников', en: "Sound by employees' network" },
  definition: about(
    'Из какой сети говорили сотрудники: офис, филиал, дом.',
    'Which network employees spoke from: an office, a branch, a home.',
  ),
  only,
  by: 'ownNetwork',
  measures: MEASURES,
  mostDays: null,
  chart,
});

export const soundByTrunk = defineReport({
  id: 'sound-by-trunk',
  title: { ru: 'Связь по транкам', en: 'Sound by trunk' },
  definition: about('По какой линии к оператору связи плохо слышно.', 'Which line to a carrier sounds badly.'),
  only,
  by: 'trunk',
  measures: MEASURES,
  mostDays: null,
  chart,
});

export const soundByGateway = defineReport({
  id: 'sound-by-gateway',
  title: { ru: 'Связь по шлюзам абонентов', en: "Sound by the other party's gateway" },
  definition: about(
    'Откуда шёл звук абонентов: у внешних звонков это шлюз провайдера, по которому шёл транк.',
    "Where the other party's sound came from: of outside calls the gateway of the carrier's trunk.",
  ),
  only,
  by: 'farNetwork',
  measures: MEASURES,
  mostDays: null,
  chart,
});

export const soundByHour = defineReport({
  id: 'sound-by-hour',
  title: { ru: 'Связь по часам', en: 'Sound by hour' },
  definition: about('Когда было плохо слышно.', 'When calls sounded badly.'),
  only,
  by: 'hour',
  measures: MEASURES,
  mostDays: 31,
  chart,
});

export const soundByDay = defineReport({
  ...soundByHour,
  id: 'sound-by-day',
  title: { ru: 'Связь по дням', en: 'Sound by day' },
  by: 'day',
  mostDays: 400,
});
