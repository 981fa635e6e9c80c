import { subjects } from '../bus/streams.ts';
import type { Service } from './lifecycle.ts';
import type { Bus } from './nats.ts';

const EVERY_MS = 2_000;

/** What a service says of itself on the bus; the portal's /healthz listens. */
export interface Status {
  service: string;
  instance: string;
  failing: string | null;
  detail?: string;
  isShared?: true;
  metricsPort: number;
  /** age of the oldest of what waits for this service, seconds; not said: nothing waits for it, or it cannot know */
  lagSeconds?: number;
  at: string;
  /** when this life of it began */
  since?: string;
}

/** Says every 2 s that the service lives and what fails. Core NATS, not stored: silence is an answer too. */
export function reportStatus(service: Service, bus: Bus, name: string): void {
  const since = new Date().toISOString();
  const say = () => {
    if (!bus.connected()) return;
    const status: Status = {
      service: name,
      instance: service.instance,
      ...service.health(),
      metricsPort: service.metricsPort,
      at: new Date().toISOString(),
      since,
    };
    bus.nc.publish(subjects.status(name, service.instance), JSON.stringify(status));
  };
  const timer = setInterval(say, EVERY_MS);
  say();
  service.onStop('status', () => clearInterval(timer));
}
