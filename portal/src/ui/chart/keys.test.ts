import { describe, expect, it } from 'vitest';
import { entry, type Field, move } from './keys.ts';

const field: Field = { hours: 12, rows: () => 5, open: (at) => at !== 4 && at < 10 };

describe('keys', () => {
  it('walk hours sideways and series up and down, and stop at the edges', () => {
    expect(move('ArrowRight', { at: 1, row: 2 }, field)).toEqual({ at: 2, row: 2 });
    expect(move('ArrowLeft', { at: 0, row: 2 }, field)).toEqual({ at: 0, row: 2 });
    expect(move('ArrowDown', { at: 1, row: 4 }, field)).toEqual({ at: 1, row: 4 });
    expect(move('ArrowUp', { at: 1, row: 1 }, field)).toEqual({ at: 1, row: 0 });
  });

  it('step over an hour without data and go no further than figures do', () => {
    expect(move('ArrowRight', { at: 3, row: 0 }, field)).toEqual({ at: 5, row: 0 });
    expect(move('ArrowLeft', { at: 5, row: 0 }, field)).toEqual({ at: 3, row: 0 });
    expect(move('ArrowRight', { at: 9, row: 0 }, field)).toEqual({ at: 9, row: 0 });
  });

  it('go to the first and the last hour with a figure', () => {
    expect(move('Home', { at: 5, row: 3 }, field)).toEqual({ at: 0, row: 3 });
    expect(move('End', { at: 5, row: 3 }, field)).toEqual({ at: 9, row: 3 });
  });

  it('go a day at once, as far as there are figures', () => {
    expect(move('PageUp', { at: 9, row: 0 }, field)).toEqual({ at: 0, row: 0 });
    expect(move('PageDown', { at: 2, row: 0 }, field)).toEqual({ at: 9, row: 0 });
    const month: Field = { hours: 744, rows: () => 5, open: () => true };
    expect(move('PageDown', { at: 100, row: 1 }, month)).toEqual({ at: 124, row: 1 });
  });

  it('know no whole hour where the hour has not come', () => {
    const later: Field = { ...field, rows: (at) => (at > 6 ? 4 : 5) };
    expect(move('ArrowRight', { at: 6, row: 4 }, later)).toEqual({ at: 7, row: 3 });
    expect(move('ArrowDown', { at: 8, row: 3 }, later)).toEqual({ at: 8, row: 3 });
  });

  it('leave every other key to the page', () => {
    for (const key of ['Enter', 'Tab', ' ', 'a']) expect(move(key, { at: 1, row: 1 }, field)).toBeNull();
  });
});

describe('the place that Tab comes to', () => {
  it('is the latest hour, or where it was left as long as that exists', () => {
    expect(entry(null, 6, field)).toEqual({ at: 6, row: 0 });
    expect(entry(null, 11, field)).toEqual({ at: 9, row: 0 });
    expect(entry({ at: 2, row: 3 }, 6, field)).toEqual({ at: 2, row: 3 });
    expect(entry({ at: 2, row: 4 }, 6, { ...field, rows: () => 2 })).toEqual({ at: 2, row: 1 });
    expect(entry({ at: 700, row: 1 }, 6, field)).toEqual({ at: 6, row: 1 });
  });

  it('exists even when nothing has a figure', () => {
    expect(entry(null, 6, { hours: 0, rows: () => 1, open: () => false })).toEqual({ at: 0, row: 0 });
  });
});
