import type { Bus } from '@callscope/core/node/nats.ts';

/** However much changes, pages are read again once in this time. */
const RING_MS = 500;

export interface Bell {
  /** Calls `ring` after something of the company changed. @returns ends it */
  hear(tenant: string, ring: () => void): () => void;
}

/** One subscription a company, for as long as somebody listens. @param subjectOf what says that it changed, by company */
export function createBell(bus: Bus, subjectOf: (tenant: string) => string): Bell {
  const companies = new Map<string, { rings: Set<() => void>; unsubscribe(): void }>();
  const open = (tenant: string) => {
    const rings = new Set<() => void>();
    let timer: NodeJS.Timeout | undefined;
    const subscription = bus.nc.subscribe(subjectOf(tenant), {
      callback: (error) => {
        if (error) return;
        timer ??= setTimeout(() => {
          timer = undefined;
          for (const ring of rings) ring();
        }, RING_MS);
      },
    });
    const company = {
      rings,
      unsubscribe: () => {
        clearTimeout(timer);
        subscription.unsubscribe();
      },
    };
    companies.set(tenant, company);
    return company;
  };
  return {
    hear: (tenant, ring) => {
      const company = companies.get(tenant) ?? open(tenant);
      company.rings.add(ring);
      return () => {
        if (!company.rings.delete(ring) || company.rings.size > 0) return;
        company.unsubscribe();
        companies.delete(tenant);
      };
    },
  };
}
