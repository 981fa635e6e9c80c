/** Where the operator's own pages have their days and hours: they belong to no company, which would have a zone. */
export const OPERATOR_ZONE = 'Europe/Moscow';
