/** A line of two messages side by side; null: the other has none for it. */
export interface ComparedLine {
  left: string | null;
  right: string | null;
  isSame: boolean;
}

/** Messages of more lines are compared place by place: the table of an exact comparison grows with their product. */
const MOST_LINES = 800;

/**
 * Two messages line by line, by their longest common subsequence. Lines that differ stand beside each other where both are the same
 * header, or the same kind of line of SDP.
 */
export function compareMessages(left: string, right: string): ComparedLine[] {
  const a = left.replaceAll('\r\n', '\n').split('\n');
  const b = right.replaceAll('\r\n', '\n').split('\n');
  if (a.length > MOST_LINES || b.length > MOST_LINES) {
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => ({
      ...{ left: a[i] ?? null, right: b[i] ?? null },
      isSame: a[i] === b[i],
    }));
  }
  const out: ComparedLine[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...commonLines(a, b), [a.length, b.length] as const]) {
    out.push(...paired(a.slice(i, nextI), b.slice(j, nextJ)));
    const line = a[nextI];
    if (line !== undefined) out.push({ left: line, right: line, isSame: true });
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return out;
}

/** Places of the lines that both have, in order: the longest such row. */
function commonLines(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  // how many lines the rests from i and j have in common
  const longest = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const out: [number, number][] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) out.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return out;
}

/** 'via' of a header, 'a=rtpmap' of a line of SDP. */
const nameOf = (line: string) => (/^[a-z]=[a-z-]*/.exec(line)?.[0] ?? line.split(':', 1)[0] ?? '').toLowerCase();

/** Lines between two common ones: those of one name beside each other, in the order of the left. */
function paired(gone: readonly string[], came: readonly string[]): ComparedLine[] {
  const out: ComparedLine[] = [];
  let next = 0;
  for (const line of gone) {
    const match = came.findIndex((other, j) => j >= next && nameOf(other) === nameOf(line));
    if (match < 0) {
      out.push({ left: line, right: null, isSame: false });
      continue;
    }
    for (; next < match; next++) out.push({ left: null, right: came[next] as string, isSame: false });
    out.push({ left: line, right: came[match] as string, isSame: false });
    next = match + 1;
  }
  for (; next < came.length; next++) out.push({ left: null, right: came[next] as string, isSame: false });
  return out;
}
