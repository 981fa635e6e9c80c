import { expect, test } from 'vitest';
import { rowOrigin } from './raw-rows.ts';
import { RowSink } from './rowbinary.ts';

function row(sink: RowSink, streamSeq: number, idx: number, text: string): void {
  sink.u64(1_700_000_000_000);
  sink.u64(streamSeq);
  sink.u16(idx);
  sink.str(text);
}

test('rows can be taken out of a block one by one, and say which packet they are of', () => {
  const sink = new RowSink(16);
  for (let i = 0; i < 5; i++) {
    row(sink, 2 ** 40 + i, 300 + i, 'x'.repeat(i * 50));
    sink.endRow();
  }
  expect(sink.rows).toBe(5);
  for (let i = 0; i < 5; i++) expect(rowOrigin(sink.view(i, i + 1))).toEqual({ streamSeq: 2 ** 40 + i, idx: 300 + i });
  expect(Buffer.concat([sink.view(0, 2), sink.view(2, 5)])).toEqual(sink.view());
});

test('a row that its writer did not finish leaves nothing behind', () => {
  const sink = new RowSink(16);
  row(sink, 1, 0, 'whole');
  sink.endRow();
  const before = Buffer.from(sink.view());
  row(sink, 1, 1, 'half of a');
  sink.dropUnfinished();
  expect(sink.view()).toEqual(before);
  row(sink, 1, 2, 'next');
  sink.endRow();
  expect(rowOrigin(sink.view(1, 2))).toEqual({ streamSeq: 1, idx: 2 });
});
