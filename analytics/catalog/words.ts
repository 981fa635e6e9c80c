/** A text that people read, in every language of the portal. */
export interface Words {
  ru: string;
  en: string;
}
export type Language = keyof Words;

export type Unit = 'calls' | 'seconds';
/** How a value is shown; the portal's formats turn it into text (design/ui/brief.md, Formats). */
export type Format = 'count' | 'duration' | 'hour' | 'phone' | 'name';
