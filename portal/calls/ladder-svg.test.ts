import { expect, test } from 'vitest';
import { ladderSvg } from './ladder-svg.ts';

const row = (label: string, arrow: { from: number; to: number; isRepeated: boolean } | null) => ({
  time: '0:01',
  label,
  arrow,
  tone: 'request' as const,
});

test('a picture has a column for each lane, an arrow for each message and what was told between them', () => {
  const svg = ladderSvg({
    ...{ title: 'A call', note: 'all', lanes: ['Anna', 'PBX'] },
    rows: [row('INVITE', { from: 0, to: 1, isRepeated: false }), row('INVITE', { from: 0, to: 1, isRepeated: true }), row('E_PBX', null)],
  });
  expect(svg.match(/<path /g)).toHaveLength(2);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  for (const text of ['A call', 'Anna', 'PBX', 'E_PBX']) expect(svg).toContain(`>${text}</text>`);
});

test('what a message says is text of the picture and never a part of it', () => {
  const svg = ladderSvg({ title: '<script>&"', note: '', lanes: ['</text><b>'], rows: [row('a\u0000b\ud800', null)] });
  expect(svg).toContain('&lt;script&gt;&amp;&quot;');
  expect(svg).not.toMatch(/<script|<b>|\0|\ud800/);
  expect(svg).toContain('>ab</text>');
});
