import { findCall } from '@callscope/analytics/run/calls.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import type { Actor } from '@callscope/modules/audit/acts.ts';
import { noteLook } from '@callscope/modules/audit/store.ts';
import { maskedBefore } from '@callscope/modules/recordings/masks.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { type Transcript, transcriptsOf } from '@callscope/modules/transcripts/store.ts';
import { Problem } from '../api/problem.ts';
import type { Deps } from '../deps.ts';
import { hasAudio } from './audio.ts';

/** What was said in a call, for whoever reads along: times are of the audio as it is played, all segments in a row. */
export interface ReadAlong {
  /** what becomes of it: nothing was asked for, it is being written, it is there, or it failed */
  status: 'none' | Transcript['status'];
  fault: string;
  lines: { from: number; to: number; side: 'left' | 'right' | null; text: string }[];
}

/** @param scope with the right to listen @throws Problem */
export async function readAlong({ store, db }: Deps, scope: TenantScope, actor: Actor, id: string): Promise<ReadAlong> {
  const call = await findCall(store, scope, id);
  if (!call) throw new Problem(404, `no call "${id}" in this company`);
  const [segments, written] = await Promise.all([
    segmentsOf(db, scope, [call.id]).then((all) => (all.get(call.id) ?? []).filter(hasAudio)),
    transcriptsOf(db, scope, call.id),
  ]);
  const lines: ReadAlong['lines'] = [];
  let offset = 0;
  for (const [i, segment] of segments.entries()) {
    offset += maskedBefore(segment, segments[i - 1]);
    const at = (seconds: number) => Math.round((offset + seconds) * 1_000) / 1_000;
    for (const line of written.find((one) => one.segment === segment.segment)?.lines ?? [])
      lines.push({ from: at(line.from), to: at(line.to), side: line.side, text: line.text });
    offset += segment.seconds ?? 0;
  }
  const status = (['waiting', 'failed', 'ready'] as const).find((one) => written.some((w) => w.status === one)) ?? 'none';
  if (lines.length > 0) await noteLook(db, scope, { actor, act: 'transcript.read', subject: call.id });
  return { status, fault: written.find(({ fault }) => fault !== '')?.fault ?? '', lines };
}
