import type { Words } from '../ru.ts';

export const incidents: Words['incidents'] = {
  title: 'Incident log',
  hint: 'this time is marked in the chart',
  goesOn: 'now',
  going: 'goes on',
  line: (n: number, figure: string) => `${figure} ${n === 1 ? 'incident' : 'incidents'} in the period: figures may be incomplete`,
  open: 'Incident log',
};
