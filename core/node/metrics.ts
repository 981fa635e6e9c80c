import { performance } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One registry a process; names begin with `callscope_`. Label values are bounded: step names and reasons, never Call-IDs. */
export const registry = new Registry();
/**
 * The default figures sample the event loop's delay 100 times a second, which is most of what an idle process does. At
 * this period they cost nothing and say nothing: they would show the period itself, so they are taken out.
 * `event_loop_utilization` costs nothing either; `nodejs_eventloop_lag_seconds`, measured at each scrape, stays.
 */
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60_000 });
for (const figure of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
  registry.removeSingleMetric(`nodejs_eventloop_lag_${figure}_seconds`);
let utilization = performance.eventLoopUtilization();
new Gauge({
  name: 'callscope_event_loop_utilization',
  help: 'Share of the time since the last scrape in which the event loop was busy, 0 to 1',
  registers: [registry],
  collect() {
    const now = performance.eventLoopUtilization();
    this.set(performance.eventLoopUtilization(now, utilization).utilization);
    utilization = now;
  },
});

export function counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
  return new Counter({ name: `callscope_${name}`, help, labelNames: [...labelNames], registers: [registry] });
}

export function gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
  return new Gauge({ name: `callscope_${name}`, help, labelNames: [...labelNames], registers: [registry] });
}

export function histogram<L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []): Histogram<L> {
  return new Histogram({ name: `callscope_${name}`, help, buckets, labelNames: [...labelNames], registers: [registry] });
}
