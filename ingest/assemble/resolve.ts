import { type CallRow, type Direction, type Leg, UNASSIGNED } from '@callscope/core/domain/call.ts';
import type { Directories } from '@callscope/core/domain/directory.ts';
import { normalizePhone } from '@callscope/core/domain/phone.ts';
import type { CallResult, MissedKind } from '@callscope/core/domain/result.ts';
import { resultOf } from '@callscope/core/domain/result.ts';
import { isWorkingTime } from '@callscope/core/domain/schedule.ts';
import type { CompanySettings } from '@callscope/core/domain/settings.ts';
import { type CallDraft, legResult } from './fold.ts';

/** Without a directory, this many digits that do not begin with 0 are an extension. */
const UNLISTED_EXTENSION = /^[1-9]\d{0,3}$/;

const userOf = (target: string) => target.split('@')[0] ?? '';

/**
 * The event's company; else that of the From domain, whose phone calls; else the owner of the number dialled; else that of the
 * Request domain; else nobody's. The caller's comes first: a number of another company is also dialled by way of a carrier.
 */
export function companyOf(draft: CallDraft, directories: Directories): string {
  return (
    draft.edgeTenant ||
    directories.tenantOfDomain(draft.fromHost) ||
    directories.tenantOfNumber(draft.did || userOf(draft.dialled), draft.startedAt / 1000) ||
    directories.tenantOfDomain(draft.dialledHost) ||
    UNASSIGNED
  );
}

/** Gives a call its company, its people and its words, by the directories as they are valid at its start. */
export function resolveCall(draft: CallDraft, directories: Directories): Omit<CallRow, 'id' | 'callIds' | 'revision'> {
  const at = draft.startedAt / 1000;
  const dialledRaw = userOf(draft.dialled);
  const tenant = companyOf(draft, directories);
  const country = directories.country(tenant);
  const phone = (text: string) => {
    const user = userOf(text);
    // an extension of the directory stays as it is, however long
    return directories.isExtension(tenant, user, at) ? user : normalizePhone(user, country);
  };
  const owns = (number: string) => number !== '' && directories.ownsNumber(tenant, number, at);
  const from = phone(draft.fromUser);
  const dialled = phone(dialledRaw);
  const direction = draft.direction || directionOf();
  const shown = phone(draft.shownNumber);
  const number = numberOf();
  const person = (target: string) => directories.employeeOf(tenant, target, at);
  const answeredBy = phone(draft.answeredBy);
  const whose = person(direction === 'in' ? answeredBy : from);
  const legs: Leg[] = draft.legs.map((l) => {
    const target = phone(l.target);
    return {
      target,
      employee: person(target)?.employee ?? '',
      startedAt: l.startedAt,
      result: legResult(l),
      sipCode: l.sipCode,
      rang: l.rang,
    };
  });
  const result = draft.answeredAt > 0 ? 'answered' : resultOf(draft.sipCode, draft.ringingAt > 0);
  return {
    tenant,
    direction,
    result,
    missedKind: missedKindOf(direction, result, draft, directories.settingsOf(tenant, at)),
    from,
    dialled,
    dialledRaw,
    number,
    answeredBy,
    employee: whose?.employee ?? '',
    group: whose ? whose.group : groupRung(),
    startedAt: draft.startedAt,
    ringingAt: draft.ringingAt,
    answeredAt: draft.answeredAt,
    endedAt: draft.endedAt,
    sipCode: draft.sipCode,
    hangupBy: draft.hangupBy,
    // domains decide the company only where no event named it; kept only then, the row is the same with and without packets
    fromHost: draft.edgeTenant === '' ? draft.fromHost : '',
    dialledHost: draft.edgeTenant === '' ? draft.dialledHost : '',
    edgeTenant: draft.edgeTenant,
    recordRule: draft.recordRule,
    trunk: draft.trunk,
    source: draft.source,
    legs,
  };

  /** An incoming call that nobody answered belongs where it rang: to the group of the first of its employees who is in one. */
  function groupRung(): string {
    if (direction !== 'in' || result === 'answered') return '';
    return draft.legs.map((l) => person(phone(l.target))?.group ?? '').find((group) => group !== '') ?? '';
  }

  /** The own number: called on an inbound call, shown on an outbound one (in From towards the trunk, or as the event says). */
  function numberOf(): string {
    if (direction === 'in') return phone(draft.did) || (owns(dialled) ? dialled : '');
    return direction === 'out' ? ([shown, phone(draft.did)].find(owns) ?? '') : '';
  }

  function directionOf(): Direction {
    if (tenant === UNASSIGNED) return 'in';
    const isPhone = directories.isExtension(tenant, from, at);
    if (!isPhone && (owns(dialled) || directories.tenantOfDomain(draft.fromHost) !== tenant)) return 'in';
    return directories.isExtension(tenant, dialled, at) || UNLISTED_EXTENSION.test(dialled) ? 'internal' : 'out';
  }
}

/**
 * Only an inbound call that nobody answered has one: the first that matches (contract: missedKind).
 * @param settings of the company when the call began
 */
function missedKindOf(
  direction: Direction,
  result: CallResult,
  { startedAt, endedAt, hangupBy }: CallDraft,
  { workingHours, timezone, shortAbandonSeconds }: Pick<CompanySettings, 'workingHours' | 'shortAbandonSeconds'> & { timezone: string },
): MissedKind | '' {
  if (direction !== 'in' || result === 'answered') return '';
  if (result === 'busy') return 'busy_hit';
  if (!isWorkingTime(workingHours, timezone, startedAt / 1_000)) return 'out_of_hours';
  if (hangupBy === 'caller' && endedAt - startedAt < shortAbandonSeconds * 1_000_000) return 'short_abandon';
  return 'not_taken';
}

/**
 * A written call by today's directories. What an event said of the direction stays; without an event it is judged anew.
 * @returns a row of the same revision
 */
export function resolveAgain(row: CallRow, directories: Directories): CallRow {
  const draft: CallDraft = {
    edgeTenant: row.edgeTenant,
    direction: row.edgeTenant === '' ? '' : row.direction,
    fromUser: row.from,
    fromHost: row.fromHost,
    dialled: row.dialledRaw,
    dialledHost: row.dialledHost,
    did: row.edgeTenant !== '' && row.direction === 'in' ? row.number : '',
    shownNumber: row.direction === 'out' ? row.number : '',
    answeredBy: row.answeredBy,
    startedAt: row.startedAt,
    ringingAt: row.ringingAt,
    answeredAt: row.answeredAt,
    endedAt: row.endedAt,
    sipCode: row.sipCode,
    hangupBy: row.hangupBy,
    recordRule: row.recordRule,
    trunk: row.trunk,
    source: row.source,
    isQueue: false,
    legs: row.legs.map((l) => ({ target: l.target, startedAt: l.startedAt, rang: l.rang, sipCode: l.sipCode })),
  };
  return { ...resolveCall(draft, directories), id: row.id, callIds: row.callIds, revision: row.revision };
}
