import { adLines } from './ad-lines.ts';
import { byGroup } from './by-group.ts';
import { callers, callersByNumber } from './callers.ts';
import { concurrent, concurrentByDay } from './concurrent.ts';
import type { Report } from './define.ts';
import { hourly } from './hourly.ts';
import { incomingByEmployee, incomingByNumber, incomingTotals } from './incoming.ts';
import { missedByGroup, missedByNumber } from './missed.ts';
import { offers, offersByEmployee } from './offers.ts';
import { outgoingByAccount, outgoingByEmployee, outgoingByNumber, outgoingShares } from './outgoing.ts';
import { daily, monthly, weekHours, weekly } from './over-time.ts';
import { serviceByDay, serviceByGroup, serviceByHour, serviceLevel } from './service.ts';
import {
  soundByDay,
  soundByEmployee,
  soundByGateway,
  soundByHour,
  soundByNetwork,
  soundByNumber,
  soundByPhone,
  soundByTrunk,
  soundTotals,
} from './sound.ts';
import { summary } from './summary.ts';

/** Every report: a new one is a file and a line here. */
export const REPORTS: readonly Report[] = [
  hourly,
  daily,
  weekly,
  monthly,
  weekHours,
  summary,
  incomingTotals,
  incomingByNumber,
  incomingByEmployee,
  outgoingShares,
  outgoingByNumber,
  outgoingByEmployee,
  outgoingByAccount,
  missedByNumber,
  missedByGroup,
  byGroup,
  serviceLevel,
  serviceByHour,
  serviceByDay,
  serviceByGroup,
  callers,
  callersByNumber,
  concurrent,
  concurrentByDay,
  offers,
  offersByEmployee,
  adLines,
  soundTotals,
  soundByEmployee,
  soundByNumber,
  soundByNetwork,
  soundByGateway,
  soundByTrunk,
  soundByPhone,
  soundByHour,
  soundByDay,
];

export function reportOf(id: string): Report | undefined {
  return REPORTS.find((report) => report.id === id);
}
