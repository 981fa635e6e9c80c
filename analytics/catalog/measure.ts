import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { CallFilter } from '../query/filter.ts';
import type { Duration } from './durations.ts';
import type { Format, Unit, Words } from './words.ts';

/**
 * The calls that a figure counts. From it come both the figure's SQL and the filter of the list that a click on it opens.
 * Words of fixed lists stand in SQL as they are, seconds as parameters.
 */
export type Counted = Pick<
  CallFilter,
  | ('direction' | 'result' | 'shortAbandons' | 'outOfHours' | 'answered' | 'missedKind' | 'untakenOffer')
  | ('waitMax' | 'waitMin' | 'hiddenNumber' | 'firstCall' | 'repeatCall' | 'target' | 'measured' | 'mosMin' | 'mosMax' | 'oneWay')
>;

/** How a series is drawn: never by colour alone (design/ui/brief.md, Colour). Colours are names of tokens. */
export interface Mark {
  symbol: 'square' | 'hatched' | 'circle' | 'triangle-down';
  colour: 'outgoing' | 'failed' | 'answered' | 'missed' | 'muted';
}

/** all, or those that were not taken: the leg was not answered, and its employee did not answer the call otherwise */
export type Offers = 'all' | 'untaken';

export interface Shown {
  label: Words;
  /** where direction or subject is said by the place, as on a strip of figures or a phone; none: the label */
  short?: Words;
  /** what is counted and how, one sentence or two */
  definition: Words;
  unit: Unit;
  format: Format;
  /** the sentence that a company's rules add to the definition */
  rule?: (rules: FigureRules) => Words;
  /** the list behind the figure; of some it depends on the company's rules */
  where: Counted | ((rules: FigureRules) => Counted);
  /** colour of a growing figure: good, bad, or neither */
  better: 'more' | 'less' | null;
  mark: Mark;
}
/**
 * count, sum and offers are added up by the store; means and shares are made of what the answer adds up, so that totals are
 * right too. `offers` counts legs, not calls: the list behind it has the calls that they belong to. `callers` counts different
 * numbers: it cannot be added up at all, so the store is asked for totals too; the list behind it has their calls. `peak` is the most
 * calls that stood at once, `peakAt` the first moment at which they did: of several rows the highest one's, and the list behind it has
 * the calls that stood then. `sound` is added up of how calls sounded, which stands beside them.
 * @typeParam Added what the store can answer
 */
export type MeasureOf<Added extends string> = Shown &
  (
    | { kind: 'count' }
    | { kind: 'sum'; of: Duration }
    | { kind: 'offers'; which: Offers }
    | { kind: 'sound'; of: 'mos' | 'loss' | 'jitter' }
    | { kind: 'callers' }
    | { kind: 'peak' }
    | { kind: 'peakAt' }
    | { kind: 'mean'; sum: Added; count: Added }
    | { kind: 'share'; part: Added; whole: Added; less?: Added }
  );
export type Derived<Added extends string> = Extract<MeasureOf<Added>, { kind: 'mean' | 'share' }>;
