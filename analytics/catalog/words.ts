/** A text that people read, in every language of the portal. */
export interface Words {
  ru: string;
  en: string;
}
export type Language = keyof Words;

/** share: 0 to 1; mos: 1 to 4.5 */
export type Unit = 'mos' | 'milliseconds' | 'calls' | 'lines' | 'moment' | 'offers' | 'callers' | 'seconds' | 'share';
/** How a value is shown; the portal's formats turn it into text (design/ui/brief.md, Formats). */
export type Format =
  | 'mos'
  | 'milliseconds'
  | 'count'
  | 'duration'
  | 'share'
  | 'moment'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'phone'
  | 'name';
