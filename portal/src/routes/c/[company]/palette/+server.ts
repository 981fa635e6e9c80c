import { normalizePhone } from '@callscope/core/domain/phone.ts';
import { EMPTY } from '@callscope/modules/directory/difference.ts';
import { getDirectory } from '@callscope/modules/directory/store.ts';
import { deps } from '@callscope/portal/deps.ts';
import { companyOf, requireRight } from '#page/company.ts';
import { visibleTo } from '#page/directory/visible.ts';
import { matching } from '#ui/option.ts';
import type { RequestHandler } from './$types';

const MOST = 6;

/** Employees and own numbers that the words of `q` mean, for the command palette. */
export const GET: RequestHandler = async (event) => {
  const scope = requireRight(event, 'directory:read');
  const q = (event.url.searchParams.get('q') ?? '').trim().slice(0, 100);
  if (q === '') return Response.json({ employees: [], numbers: [] });
  const { db, clock } = deps();
  const [company, directory] = await Promise.all([companyOf(scope), getDirectory(db, scope, new Date(clock.now()))]);
  const body = visibleTo(directory?.body ?? EMPTY, scope, company);
  const employees = body.employees.map((e) => ({ value: e.id, label: e.name, note: e.extensions.join(' ') }));
  const numbers = body.numbers.map((n) => {
    const number = normalizePhone(n.number, company.country);
    return { value: number, label: n.label, note: number };
  });
  return Response.json({
    employees: matching(employees, q).slice(0, MOST),
    numbers: matching(numbers, q).slice(0, MOST),
  });
};
