import { expect, test } from 'vitest';
import { linesOf, saidIn } from './lines.ts';

test('lines of both sides stand in the order in which they were said, and one go is one line', () => {
  const lines = linesOf({
    left: [
      { from: 0.5, to: 2, text: ' Здравствуйте, ' },
      { from: 2.4, to: 4, text: 'мне нужен договор.' },
      { from: 9, to: 10, text: 'Спасибо' },
    ],
    right: [{ from: 4.2, to: 8, text: 'Минуту,  смотрю.' }],
  });
  expect(lines).toEqual([
    { from: 0.5, to: 4, side: 'left', text: 'Здравствуйте, мне нужен договор.' },
    { from: 4.2, to: 8, side: 'right', text: 'Минуту, смотрю.' },
    { from: 9, to: 10, side: 'left', text: 'Спасибо' },
  ]);
  expect(saidIn(lines)).toBe('Здравствуйте, мне нужен договор.\nМинуту, смотрю.\nСпасибо');
});

test('who is interrupted goes on in a line of their own, and so does who was silent for long', () => {
  const lines = linesOf({
    left: [
      { from: 0, to: 1, text: 'раз' },
      { from: 1.2, to: 2, text: 'два' },
      { from: 7, to: 8, text: 'три' },
    ],
    right: [{ from: 1.1, to: 1.5, text: 'ага' }],
  });
  expect(lines.map((l) => l.text)).toEqual(['раз', 'ага', 'два', 'три']);
});

test('what a service makes up of nothing is left out', () => {
  expect(
    linesOf({
      left: [
        { from: 3, to: 1, text: 'назад' },
        { from: Number.NaN, to: 1, text: 'нигде' },
        { from: 1, to: 2, text: '   ' },
      ],
      right: [{ from: -1, to: 1, text: 'до начала' }],
    }),
  ).toEqual([]);
});
