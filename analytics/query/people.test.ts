import type { Within } from '@callscope/core/domain/reach.ts';
import { DEFAULT_RULES } from '@callscope/core/domain/settings.ts';
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { filterFromQuery } from './filter.ts';
import { peopleIn } from './people.ts';
import { type Company, planFigures } from './plan.ts';

const COMPANY: Company = { zone: 'Europe/Moscow', country: 'RU', rules: DEFAULT_RULES };
const asked = (query: string) => filterFromQuery(new URLSearchParams(query));
const seeing = (within?: Within): Company => ({ ...COMPANY, ...(within && { within }) });
const people = (query: string, within?: Within) => peopleIn(asked(query), seeing(within));
const OWN: Within = { employees: ['e1'], groups: [], numbers: [] };
const TEAM: Within = { employees: ['e4', 'e5', ''], groups: ['sales'], numbers: [] };

describe('calls are read by who took part', () => {
  test('where the filter names employees', () => {
    expect(people('employee=e1,e2&direction=in&talkMin=5&time=03:00-04:00&tag=3')).toEqual(['e1', 'e2']);
    expect(people('author=e1&text=1234')).toEqual(['e1']);
    expect(people('author=e1&employee=e2')).toEqual(['e2']);
  });

  test('where the asker sees those of some employees, and no others', () => {
    expect(people('direction=in', OWN)).toEqual(['e1']);
    expect(people('author=e2', OWN)).toEqual(['e1']);
    expect(people('', { ...OWN, employees: ['', 'e1'] })).toEqual(['e1']);
    expect(people('employee=e1', OWN)).toEqual(['e1']);
    expect(people('employee=e4,e5', TEAM)).toEqual(['e4', 'e5']);
  });

  test.each<[string, Within | undefined]>([
    ['direction=in', undefined],
    ['author=-', undefined],
    ['employee=e1,-', undefined],
    ...['untakenOffer=true', 'project=3', 'target=true', 'firstCall=true', 'repeatCall=false'].map((query): [string, undefined] => [
      `employee=e1&${query}`,
      undefined,
    ]),
    // both took part
    ['employee=e2', OWN],
    ['employee=e4,e6', TEAM],
    // of a group too
    ['', TEAM],
    ['', { employees: [''], groups: [], numbers: [] }],
  ])('and not by «%s» for who sees %j', (query, within) => {
    expect(people(query, within)).toBeNull();
  });
});

describe('a figure of employees', () => {
  const source = (query: string, within?: Within, measures: Parameters<typeof planFigures>[0] = ['calls']) => {
    const { sql } = compile(planFigures(measures, asked(query), seeing(within)));
    return /FROM (?:\(\s*SELECT \* FROM )?(\w+)/.exec(sql)?.[1];
  };
  test('is counted where they lie, once a call', () => {
    expect(source('employee=e1')).toBe('call_people');
    expect(source('employee=e1,e2')).toBe('call_people');
    expect(compile(planFigures(['calls'], asked('employee=e1,e2'), COMPANY)).sql).toContain('LIMIT 1 BY started_at, id');
    // for a company's projections are there, which know nothing of who sees what
    expect(source('', OWN)).toBe('call_people');
    expect(source('', TEAM)).not.toBe('call_people');
  });

  test('of offers, peaks and what legs tell is counted over the calls', () => {
    expect(source('employee=e1', undefined, ['offersNotTaken'])).toBe('calls');
    expect(source('employee=e1', undefined, ['peakLines'])).toBe('calls');
    expect(source('employee=e1&untakenOffer=true')).toBe('calls');
  });
});
