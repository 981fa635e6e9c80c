import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { additiveOf, countedIn, MEASURES, type MeasureId } from './measures.ts';

/** What looks through more than the period for each call: not to be asked for every minute. */
const LOOKS_BACK = ['firstCall', 'repeatCall', 'target'] as const;

/** The service reports have it of incoming calls alone, and beside them there is the average talk of all. */
const OF_ITS_REPORT: MeasureId = 'handleTime';

const OF_RECORDINGS: MeasureId = 'silentCalls';

/** Figures of which one number over the last minutes says how things are: all but moments, and what looks far back. */
export const ALONE: readonly MeasureId[] = (Object.keys(MEASURES) as MeasureId[]).filter(
  (id) =>
    MEASURES[id].kind !== 'peakAt' &&
    // added up for means, and for nothing else
    MEASURES[id].kind !== 'sound' &&
    // recordings in which somebody cannot be heard are counted by themselves (modules/recordings/rules-silent.ts)
    id !== OF_RECORDINGS &&
    id !== OF_ITS_REPORT &&
    !additiveOf([id]).some((one) => LOOKS_BACK.some((field) => field in countedIn(one, DEFAULT_RULES))),
);
