import { findCall } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Actor } from '@callscope/modules/audit/acts.ts';
import { giveByHand, reviewersOf } from '@callscope/modules/quality/assign.ts';
import { openSession } from '@callscope/modules/quality/sessions.ts';
import type { Viewer } from '@callscope/modules/quality/viewer.ts';
import type { Deps } from '../deps.ts';

const DAY_MS = 86_400_000;
/** `call`: no such call for them, or nobody of ours spoke in it; `reviewer`: nobody of this name reviews, or the call is their own; `foreign`: only who manages gives reviews to others */
export type GiveFault = 'call' | 'form' | 'reviewer' | 'twice' | 'foreign' | 'reference';

interface Asked {
  callId: string;
  form: string;
  reviewers: readonly string[];
  dueDays: number | null;
}

/** Gives a call to be reviewed. @returns ids of the reviews */
export async function giveCall(
  { db, store, clock }: Pick<Deps, 'db' | 'store' | 'clock'>,
  scope: TenantScope,
  viewer: Viewer,
  actor: Actor,
  { callId, form, reviewers, dueDays }: Asked,
): Promise<string[] | GiveFault> {
  if (!viewer.mayManage && reviewers.some((name) => name !== viewer.name)) return 'foreign';
  const [call, people] = await Promise.all([findCall(store, scope, callId), named(db, scope, viewer, reviewers)]);
  if (!call || call.employee === '' || call.result !== 'answered') return 'call';
  if (people === null) return 'reviewer';
  return giveByHand(db, scope, actor, call, { form, reviewers: people, dueAt: dueAt(clock.now(), dueDays) });
}

/** Opens a calibration. @returns its id */
export async function calibrate(
  { db, store, clock }: Pick<Deps, 'db' | 'store' | 'clock'>,
  scope: TenantScope,
  viewer: Viewer,
  actor: Actor,
  { callId, reviewers, reference, dueDays, ...given }: Asked & { name: string; reference: string },
): Promise<{ id: string } | GiveFault> {
  if (!reviewers.includes(reference)) return 'reference';
  const [call, people] = await Promise.all([findCall(store, scope, callId), named(db, scope, viewer, reviewers)]);
  if (!call || call.employee === '' || call.result !== 'answered') return 'call';
  if (people === null) return 'reviewer';
  const id = await openSession(db, scope, actor, call, { ...given, reviewers: people, reference, dueAt: dueAt(clock.now(), dueDays) });
  return id === 'form' || id === 'reviewer' ? id : { id };
}

/** Those who review by these names, and whoever asks; null: one of them does not, or stands there twice. */
async function named(db: Deps['db'], scope: TenantScope, viewer: Viewer, names: readonly string[]) {
  const known = await reviewersOf(db, scope);
  const people = names.flatMap((name) => {
    const one = known.find(({ login }) => login === name);
    if (one) return [{ name, employee: one.employee }];
    return name === viewer.name ? [{ name, employee: viewer.employee }] : [];
  });
  return people.length === names.length && new Set(names).size === names.length && names.length > 0 ? people : null;
}

const dueAt = (now: number, days: number | null) => (days === null ? null : new Date(now + days * DAY_MS));
