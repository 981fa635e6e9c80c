export const SESSION_COOKIE = 'callscope_session';
export const LOCALE_COOKIE = 'callscope_locale';
export const THEME_COOKIE = 'callscope_theme';
/** A choice of language or theme is kept for a year. */
export const CHOICE_SECONDS = 365 * 86_400;
/** "folded": the menu shows icons only. Written by the browser, read for the first HTML. */
export const SIDE_COOKIE = 'callscope_side';
/** How a person likes the journal: see page/journal/liking.ts. Written by the browser, read for the first HTML. */
export const JOURNAL_COOKIE = 'callscope_journal';
