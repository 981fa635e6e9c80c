export const SESSION_COOKIE = 'callscope_session';
export const LOCALE_COOKIE = 'callscope_locale';
export const THEME_COOKIE = 'callscope_theme';
/** A choice of language or theme is kept for a year. */
export const CHOICE_SECONDS = 365 * 86_400;
