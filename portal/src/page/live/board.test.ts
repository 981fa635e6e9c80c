import type { LiveCall } from '@callscope/core/bus/live.ts';
import { expect, test } from 'vitest';
import { gridFor, shortName, squaresOf } from './board.ts';

const base = {
  ...{ id: 'a', direction: 'in', from: '', dialled: '', number: '', employee: '', group: 'sales', answeredBy: '' },
  ...{ state: 'ringing', startedAt: 100, ringingAt: 200, answeredAt: 0, endedAt: 0 },
} as const satisfies Partial<LiveCall>;
const employees = [
  { id: 'e1', name: 'Соколова А. П.', group: 'sales' },
  { id: 'e2', name: 'Волков С. Н.', group: 'sales' },
  { id: 'e3', name: 'Жуков В. Е.', group: 'stock' },
];

test('squares keep the directory’s order; who talks is talking whatever else rings', () => {
  const rings: LiveCall = { ...base, targets: ['e1', 'e2'].map((employee) => ({ target: employee, employee, state: 'ringing' })) };
  const talks: LiveCall = {
    ...base,
    id: 'b',
    state: 'talking',
    answeredAt: 500,
    targets: [{ target: '101', employee: 'e1', state: 'talking' }],
  };
  const squares = (...calls: LiveCall[]) => squaresOf({ employees }, calls).map(({ name, state, since }) => [name, state, since]);
  const said = [
    ['Соколова А.', 'talking', 500],
    ['Волков С.', 'ringing', 200],
    ['Жуков В.', 'free', null],
  ];
  expect(squares(rings, talks)).toEqual(said);
  expect(squares(talks, rings)).toEqual(said);
});

test('without a call everybody is free', () => {
  expect(squaresOf({ employees }, []).map((s) => s.state)).toEqual(['free', 'free', 'free']);
});

test('names lose only a second initial', () => {
  expect(['Соколова А. П.', 'Anna Smith', 'Ли', 'Дежурный 2'].map(shortName)).toEqual(['Соколова А.', 'Anna Smith', 'Ли', 'Дежурный 2']);
});

test('a larger team has smaller squares', () => {
  for (const n of [1, 9, 12, 16, 20, 30]) {
    const { columns, rows } = gridFor(n);
    expect(columns * rows).toBeGreaterThanOrEqual(n);
  }
});
