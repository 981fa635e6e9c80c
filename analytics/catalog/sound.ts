import { POOR_MOS } from '@callscope/core/domain/voice-quality.ts';
import type { MeasureOf } from './measure.ts';

/** Calls whose sound was measured: by RTCP of the phones, or by the packets of the recording. */
const MEASURED = { measured: true } as const;
const muted = { symbol: 'circle', colour: 'muted' } as const;
const total = { kind: 'sound', mark: muted, better: null, where: MEASURED } as const;

/** How calls sounded (sql/clickhouse: `call_quality`). What is not a count is added up for means. */
export const SOUND = {
  measuredCalls: {
    ...{ kind: 'count', unit: 'calls', format: 'count', better: null, mark: muted },
    label: { ru: 'Связь измерена', en: 'Sound measured' },
    short: { ru: 'Измерено', en: 'Measured' },
    definition: {
      ru: 'Звонки, о связи в которых есть отчёты RTCP телефонов или измеренные пакеты записи. Остальные в показатели связи не входят.',
      en: 'Calls of which there are RTCP reports of the phones or measured packets of a recording. Others are not in the figures of sound.',
    },
    where: MEASURED,
  },
  poorCalls: {
    ...{ kind: 'count', unit: 'calls', format: 'count', better: 'less', mark: { symbol: 'hatched', colour: 'failed' } },
    label: { ru: 'Плохая связь', en: 'Poor sound' },
    definition: {
      ru: 'Измеренные звонки, в которых MOS хотя бы одной стороны не выше 3,6: ниже многие недовольны (ITU-T G.107).',
      en: 'Measured calls in which the MOS of one side at least is no higher than 3.6: under it many people are dissatisfied (ITU-T G.107).',
    },
    where: { ...MEASURED, mosMax: POOR_MOS },
  },
  silentCalls: {
    ...{ kind: 'count', unit: 'calls', format: 'count', better: 'less', mark: { symbol: 'triangle-down', colour: 'missed' } },
    label: { ru: 'Сторону не слышно', en: 'A side is silent' },
    short: { ru: 'Не слышно', en: 'Silent' },
    definition: {
      ru: 'Звонки, в записи которых не слышно одной из сторон или обеих. Записи короче пяти секунд не входят.',
      en: 'Calls in whose recording one side or both cannot be heard. Recordings under five seconds are left out.',
    },
    where: { oneWay: true },
  },
  mosTotal: {
    ...total,
    ...{ of: 'mos', unit: 'mos', format: 'mos' },
    label: { ru: 'Сумма MOS', en: 'Sum of MOS' },
    definition: { ru: 'MOS измеренных звонков, сложенный для среднего.', en: 'MOS of measured calls, added up for the mean.' },
  },
  lossTotal: {
    ...total,
    ...{ of: 'loss', unit: 'share', format: 'share' },
    label: { ru: 'Сумма потерь', en: 'Sum of loss' },
    definition: { ru: 'Потери измеренных звонков, сложенные для среднего.', en: 'Loss of measured calls, added up for the mean.' },
  },
  jitterTotal: {
    ...total,
    ...{ of: 'jitter', unit: 'milliseconds', format: 'milliseconds' },
    label: { ru: 'Сумма джиттера', en: 'Sum of jitter' },
    definition: { ru: 'Джиттер измеренных звонков, сложенный для среднего.', en: 'Jitter of measured calls, added up for the mean.' },
  },
} as const satisfies Record<string, MeasureOf<never>>;

const mean = { kind: 'mean', count: 'measuredCalls', mark: muted, where: MEASURED } as const;

export const SOUND_MADE = {
  meanMos: {
    ...mean,
    ...{ sum: 'mosTotal', unit: 'mos', format: 'mos', better: 'more' },
    label: { ru: 'Средний MOS', en: 'Mean MOS' },
    short: { ru: 'MOS', en: 'MOS' },
    definition: {
      ru: 'Оценка связи от 1 до 4,5 по E-модели ITU-T G.107 или по измерению телефона; у звонка – той стороны, что слышала хуже. Среднее по измеренным звонкам.',
      en: "How calls sounded, 1 to 4.5, by the E-model of ITU-T G.107 or as the phone measured; a call's is that of the side that heard worse. The mean over measured calls.",
    },
  },
  meanLoss: {
    ...mean,
    ...{ sum: 'lossTotal', unit: 'share', format: 'share', better: 'less' },
    label: { ru: 'Средние потери', en: 'Mean loss' },
    short: { ru: 'Потери', en: 'Loss' },
    definition: {
      ru: 'Доля пакетов звука, которые не дошли; у звонка – худшей стороны. Среднее по измеренным звонкам.',
      en: "Share of packets of sound that did not come; a call's is that of the worse side. The mean over measured calls.",
    },
  },
  meanJitter: {
    ...mean,
    ...{ sum: 'jitterTotal', unit: 'milliseconds', format: 'milliseconds', better: 'less' },
    label: { ru: 'Средний джиттер', en: 'Mean jitter' },
    short: { ru: 'Джиттер', en: 'Jitter' },
    definition: {
      ru: 'Насколько неровно приходили пакеты (RFC 3550), в миллисекундах; у звонка – худшей стороны. Среднее по измеренным звонкам.',
      en: "How unevenly packets came (RFC 3550), in milliseconds; a call's is that of the worse side. The mean over measured calls.",
    },
  },
  poorShare: {
    ...{ kind: 'share', part: 'poorCalls', whole: 'measuredCalls' },
    ...{ unit: 'share', format: 'share', mark: muted, better: 'less' },
    label: { ru: 'Доля плохой связи', en: 'Share of poor sound' },
    short: { ru: 'Доля плохой', en: 'Poor share' },
    definition: {
      ru: 'Звонки с плохой связью, делённые на измеренные. Без измеренных – нет данных.',
      en: 'Calls with poor sound divided by measured ones. Without any measured: no data.',
    },
    where: SOUND.poorCalls.where,
  },
} as const satisfies Record<string, MeasureOf<keyof typeof SOUND>>;
