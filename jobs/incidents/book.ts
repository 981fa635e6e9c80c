import type { IncidentKind } from '@callscope/modules/incidents/kinds.ts';
import type { KnownPart, Part } from '@callscope/modules/incidents/store.ts';

/** A part may be quiet for so long before it counts as away: services report every 2 s, edges are asked every 10 s. */
const GRACE_MS: Readonly<Record<IncidentKind, number>> = { recorder_stopped: 15_000, data_gap: 10_000, edge_down: 30_000, trunk_down: 0 };
/** Whoever did not look for longer than this was away itself, and knows nothing of that time. */
const LOOK_LATE_MS = 5_000;
/** A part that nobody has heard of for so long was taken away. */
const FORGOTTEN_MS = 7 * 86_400_000;

export interface Change {
  part: Part;
  /** ms since the epoch */
  from: number;
  /** null: it goes on */
  to: number | null;
}

interface Watched extends Part {
  wellAt: number;
  heardAt: number;
  beganAt: number | null;
  /** said of itself that it is not well; silence says so too, after a while */
  isIll: boolean;
  /** known from a life before this one, and not heard of since */
  isRemembered: boolean;
}

/**
 * What is watched, when it was last well, and which incidents follow. Pure: whoever uses it gives the time, ms since the epoch.
 * An incident begins when the part was last known to be well, not when somebody noticed.
 */
export class IncidentBook {
  #parts = new Map<string, Watched>();
  #lookedAt: number;
  /** before it nobody listened */
  #listeningSince: number;

  constructor(known: readonly KnownPart[], now: number) {
    for (const part of known) this.#parts.set(keyOf(part), { ...part, heardAt: part.wellAt, isIll: false, isRemembered: true });
    this.#lookedAt = now;
    this.#listeningSince = now;
  }

  /**
   * A part says how it is.
   * @param since when this life of it began, where it says so: one that has lived on while nobody listened was well
   * @returns an incident that is over by it, or that nobody was there to see
   */
  hear(part: Part, isWell: boolean, now: number, since?: number): Change | null {
    const key = keyOf(part);
    const known = this.#parts.get(key);
    if (known === undefined) {
      this.#parts.set(key, { ...part, wellAt: now, heardAt: now, beganAt: null, isIll: !isWell, isRemembered: false });
      return null;
    }
    const { isRemembered, wellAt, beganAt } = known;
    Object.assign(known, { tenant: part.tenant, heardAt: now, isIll: !isWell, isRemembered: isRemembered && !isWell });
    if (!isWell) return null;
    known.wellAt = now;
    known.beganAt = null;
    if (beganAt !== null) return { part: partOf(known), from: beganAt, to: now };
    // it may have been away while nobody listened: only when it began anew since then
    if (!isRemembered || since === undefined || since - wellAt <= GRACE_MS[part.kind]) return null;
    return { part: partOf(known), from: wellAt, to: since };
  }

  /** Incidents that begin, and those of parts that nobody will hear of again. */
  look(now: number): Change[] {
    if (now - this.#lookedAt > LOOK_LATE_MS || now < this.#lookedAt) this.deaf(now);
    this.#lookedAt = now;
    const changes: Change[] = [];
    for (const [key, part] of this.#parts) {
      if (now - part.heardAt > FORGOTTEN_MS) {
        this.#parts.delete(key);
        if (part.beganAt !== null) changes.push({ part: partOf(part), from: part.beganAt, to: now });
        continue;
      }
      if (part.beganAt !== null || !this.#isAway(part, now)) continue;
      part.beganAt = part.wellAt;
      changes.push({ part: partOf(part), from: part.wellAt, to: null });
    }
    return changes;
  }

  /** Nothing could be heard until now: silence before says nothing. */
  deaf(now: number): void {
    this.#listeningSince = now;
  }

  /** Those that are well, with when they last said so. */
  well(): (Part & { wellAt: number })[] {
    return [...this.#parts.values()].filter(({ beganAt }) => beganAt === null).map((part) => ({ ...partOf(part), wellAt: part.wellAt }));
  }

  going(kind: IncidentKind): number {
    return [...this.#parts.values()].filter((part) => part.kind === kind && part.beganAt !== null).length;
  }

  /** What is not watched any more: trunks and edges that were taken out. @returns incidents that end by it */
  forget(isGone: (part: Part) => boolean, now: number): { parts: Part[]; changes: Change[] } {
    const gone = [...this.#parts].filter(([, part]) => isGone(part));
    for (const [key] of gone) this.#parts.delete(key);
    return {
      parts: gone.map(([, part]) => partOf(part)),
      changes: gone.flatMap(([, part]) => (part.beganAt === null ? [] : [{ part: partOf(part), from: part.beganAt, to: now }])),
    };
  }

  #isAway({ kind, wellAt, isIll }: Watched, now: number): boolean {
    const grace = GRACE_MS[kind];
    // of a trunk only an edge can tell: silence is the edge's
    if (kind === 'trunk_down') return isIll;
    return now - Math.max(wellAt, this.#listeningSince) > grace;
  }
}

const keyOf = ({ kind, what }: Part) => `${kind} ${what}`;
const partOf = ({ kind, what, tenant }: Part): Part => ({ kind, what, tenant });
