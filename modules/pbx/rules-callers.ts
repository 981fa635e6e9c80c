/** Stands in a list for callers who show no number. */
export const HIDDEN = 'hidden';

/** How numbers come, and what they are internationally: the rules by which the edge reads dialled ones (edge.dialplan, 2). */
const SPELLINGS: readonly RegExp[] = [
  /^\+([1-9]\d{6,14})$/,
  /^810([1-9]\d{6,14})$/,
  /^00([1-9]\d{6,14})$/,
  /^8(\d{10})$/,
  /^([1-9]\d{6,14})$/,
];
const NATIONAL = 3;

/** The caller as lists know them: international digits, other digits as they came, or `hidden` where there is no number. */
export function callerOf(sent: string): string {
  for (const [i, spelling] of SPELLINGS.entries()) {
    const digits = spelling.exec(sent)?.[1];
    if (digits !== undefined) return i === NATIONAL ? `7${digits}` : digits;
  }
  return /^\+?(\d{1,18})$/.exec(sent)?.[1] ?? HIDDEN;
}

/** The first of these patterns that a caller matches; null: none. `*` stands for any digits, `hidden` for no number. @param caller as `callerOf` says it */
export function patternOf(patterns: readonly string[], caller: string): string | null {
  return patterns.find((pattern) => matches(pattern, caller)) ?? null;
}

function matches(pattern: string, caller: string): boolean {
  if (pattern === HIDDEN || caller === HIDDEN) return pattern === caller;
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return pattern === caller;
  if (!caller.startsWith(first) || !caller.endsWith(last) || caller.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = caller.indexOf(part, at);
    if (found < 0 || found + part.length > caller.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
