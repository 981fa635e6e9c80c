import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One registry a process; names begin with `callscope_`. Label values are bounded: step names and reasons, never Call-IDs. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

export function counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
  return new Counter({ name: `callscope_${name}`, help, labelNames: [...labelNames], registers: [registry] });
}

export function gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
  return new Gauge({ name: `callscope_${name}`, help, labelNames: [...labelNames], registers: [registry] });
}

export function histogram<L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []): Histogram<L> {
  return new Histogram({ name: `callscope_${name}`, help, buckets, labelNames: [...labelNames], registers: [registry] });
}
