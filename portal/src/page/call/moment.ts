/** A place in a call's recording as its address has it: ?t=72, seconds. @returns null: none, or no such place */
export function momentOf(query: URLSearchParams): number | null {
  const said = query.get('t');
  const at = said === null || said.trim() === '' ? Number.NaN : Number(said.replace(',', '.'));
  return Number.isFinite(at) && at >= 0 && at < 7 * 86_400 ? at : null;
}

/** The card of a call, at a moment of its recording. @param at seconds; 0: from the beginning */
export function cardHref(company: string, id: string, at: number | null = null): string {
  return `/c/${encodeURIComponent(company)}/calls/${encodeURIComponent(id)}${at === null ? '' : `?t=${Math.floor(at)}`}`;
}
