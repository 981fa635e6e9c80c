import { findCall } from '@callscope/analytics/run/calls.ts';
import { eventsOf, messagesOf } from '@callscope/analytics/run/raw.ts';
import type { CallQuality } from '@callscope/core/domain/call-quality.ts';
import { type Explanation, explainCall } from '@callscope/core/domain/explain.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory, type RuledTenant } from '@callscope/modules/directory/store.ts';
import { chargesOfCall } from '@callscope/modules/finance/charges.ts';
import { keyOf } from '@callscope/modules/finance/rating.ts';
import { goneOf } from '@callscope/modules/recordings/gone.ts';
import { segmentsOf } from '@callscope/modules/recordings/store.ts';
import { rulesForCompany } from '@callscope/modules/retention/store.ts';
import { type Course, courseOf } from '@callscope/portal/calls/course.ts';
import { callSound, drawn } from '@callscope/portal/calls/sound.ts';
import { deps } from '@callscope/portal/deps.ts';
import { visibleTo } from '../directory/visible.ts';
import { namesIn } from '../directory.ts';
import { type JournalRow, journalRow } from '../journal/rows.ts';
import type { CompanyNames } from '../names.ts';
import { type CardCharge, cardCharge } from './charge.ts';

/** What a call's own page shows. Times are ms since the epoch, spans seconds. */
export interface CallCard {
  row: JournalRow;
  /** group id, '' when none */
  group: string;
  /** source of callers that the called number stands for, '' when none */
  channel: string;
  endedAt: number;
  code: number;
  /** Call-IDs of the conversation */
  callIds: string[];
  explained: Explanation[];
  course: Course;
  /** packets of a call as old as this are kept no more */
  isPastPackets: boolean;
  /** and reports of how its sound was received */
  isPastReports: boolean;
  /** null: nobody answered, there was nothing to hear */
  quality: CallQuality | null;
  /** what it cost; null: not charged, or not for whoever looks */
  charge: CardCharge | null;
  /** when the recording was taken away and by whom */
  gone: { at: number; by: string | null } | null;
  names: CompanyNames;
  now: number;
}

const DAY_MS = 86_400_000;

/** @returns null: no such call, or none that this right reaches */
export async function loadCard(scope: TenantScope, company: RuledTenant, id: string): Promise<CallCard | null> {
  const { db, store, clock } = deps();
  const call = await findCall(store, scope, id);
  if (!call) return null;
  const now = clock.now();
  const [messages, events, sound, segments, directory, gone, kept, charges] = await Promise.all([
    messagesOf(store, scope, call),
    eventsOf(store, scope, call),
    call.answeredAt ? callSound({ store, db }, scope, call) : null,
    segmentsOf(db, scope, [call.id]),
    getDirectory(db, scope, new Date(now)),
    goneOf(db, scope, call.id),
    rulesForCompany(db, scope),
    scope.costs ? chargesOfCall(db, scope, keyOf(call.id)) : [],
  ]);
  const age = now - call.endedAt / 1_000;
  const body = visibleTo(directory?.body ?? EMPTY, scope, company);
  const number = body.numbers.find((n) => normalizePhone(n.number, company.country) === call.number);
  return {
    row: journalRow(call, segments.get(call.id) ?? [], now),
    ...{
      group: call.group,
      channel: number?.channel ?? '',
      endedAt: Math.floor(call.endedAt / 1_000),
      code: call.sipCode,
      callIds: call.callIds,
    },
    explained: explainCall(call),
    course: courseOf(call, messages, events),
    isPastPackets: age > kept.messages * DAY_MS,
    isPastReports: age > kept.rtcp * DAY_MS,
    quality: sound && drawn(sound),
    charge: cardCharge(charges),
    gone: gone && { at: gone.at.getTime(), by: gone.by },
    names: namesIn(body, company),
    now,
  };
}
