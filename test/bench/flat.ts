/** What a soak looks at, each minute or oftener. */
export interface Sample {
  /** s since the load began */
  at: number;
  /** by process: memory in MB and open handles */
  processes: Record<string, { rssMb: number; handles: number }>;
  /** s, of the slowest stage */
  lag: number;
}

/** growth below these is noise: V8's heap between two collections, a store's caches, connections of a moment */
export const FLAT = { memoryShare: 0.1, memoryMb: 40, handles: 12, lagSeconds: 5 } as const;
/** share of the run in which caches and heaps fill */
const WARMING = 0.2;

/**
 * The rule: after the first fifth, the median of the last third of what is left is held against the median of its first third. A process grows when it has
 * more than 10 % and 40 MB more memory, or more than 12 more handles; the lag is flat when its median of the last third is under 5 s.
 * @returns what is not flat, a line each
 */
export function notFlat(samples: readonly Sample[]): string[] {
  const end = samples.at(-1)?.at ?? 0;
  const warm = samples.filter((sample) => sample.at >= end * WARMING);
  const third = Math.floor(warm.length / 3);
  if (third === 0) return ['too few samples to tell'];
  const [first, last] = [warm.slice(0, third), warm.slice(-third)];
  const out: string[] = [];
  for (const name of Object.keys(last.at(-1)?.processes ?? {})) {
    const of = (part: readonly Sample[], what: 'rssMb' | 'handles') => median(part.map((sample) => sample.processes[name]?.[what] ?? 0));
    const [memory, now] = [of(first, 'rssMb'), of(last, 'rssMb')];
    if (now > memory * (1 + FLAT.memoryShare) && now > memory + FLAT.memoryMb)
      out.push(`${name}: ${memory.toFixed(0)} MB became ${now.toFixed(0)}`);
    const [handles, more] = [of(first, 'handles'), of(last, 'handles')];
    if (more > handles + FLAT.handles) out.push(`${name}: ${handles} handles became ${more}`);
  }
  const lag = median(last.map((sample) => sample.lag));
  if (lag >= FLAT.lagSeconds) out.push(`the lag is ${lag.toFixed(1)} s`);
  return out;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
