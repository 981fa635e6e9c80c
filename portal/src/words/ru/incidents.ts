import { plural } from '../plural.ts';

/** Журнал сбоев: when figures may be incomplete or odd. */
export const incidents = {
  title: 'Журнал сбоев',
  hint: 'на графике это время отмечено',
  goesOn: 'сейчас',
  going: 'продолжается',
  /** a quiet line of the dashboard */
  line: (n: number, figure: string) =>
    `${figure} ${plural('ru', n, { one: 'сбой', few: 'сбоя', many: 'сбоев' })} за период: числа могут быть неполными`,
  open: 'Журнал сбоев',
};
