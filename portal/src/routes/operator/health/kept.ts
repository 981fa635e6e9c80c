/** What can be changed on the page: for how long a table of all companies is kept, or the calls of one. */
export interface KeptRule {
  /** the table, as modules/retention names it */
  what: string;
  /** null: of all companies */
  company: string | null;
  /** as people are told */
  name: string;
  /** null: as all do */
  days: number | null;
  least: number;
  most: number;
  usual: number;
}
