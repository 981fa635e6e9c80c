import type { Fact } from '@callscope/core/bus/facts.ts';
import { encodeFacts } from '@callscope/core/bus/facts.ts';
import { foldCall, splitDialogs } from '@callscope/ingest/assemble/fold.ts';
import { decodeHep3 } from '@callscope/ingest/decode/hep3.ts';
import { DecoderMemory, decodeFramePackets } from '@callscope/ingest/steps/frame.ts';
import { RawBlock } from '@callscope/ingest/write/raw-rows.ts';
import { events, hep } from '../medium/fixtures.ts';
import type { BenchResult } from './result.ts';

/** Runs for about a second and gives units a second of one core. */
function rate(units: number, work: () => void): number {
  for (let i = 0; i < 20; i++) work();
  const started = performance.now();
  let n = 0;
  while (performance.now() - started < 1_500) {
    work();
    n += units;
  }
  return Math.round((n / (performance.now() - started)) * 1_000);
}

/** Decoding and folding without I/O: what one core can do. */
export function pure(): BenchResult[] {
  const packets = hep('udp');
  const name = 'one core, no I/O';
  const hep3 = rate(packets.length, () => {
    for (const p of packets) decodeHep3(p);
  });
  const block = new RawBlock();
  const step = (channel: 'hep-udp' | 'event-udp', list: Buffer[], facts: Fact[]) => {
    block.clear();
    decodeFramePackets(
      { edge: 'e', channel, boot: 1, firstN: 1, receivedAt: 1.7954e12, count: list.length, drops: {}, packets: list },
      1,
      new DecoderMemory(),
      { block, facts },
    );
  };
  const whole = rate(packets.length, () => {
    const facts: Fact[] = [];
    step('hep-udp', packets, facts);
    encodeFacts({ decoder: 'd', boot: 1, firstN: 1, facts });
  });
  const facts: Fact[] = [];
  step('hep-udp', packets, facts);
  step(
    'event-udp',
    events().map((e) => Buffer.from(e)),
    facts,
  );
  const calls = Object.values(Object.groupBy(facts, (f) => f.callId)).map((list) => list ?? []);
  const folded = rate(calls.length, () => {
    for (const list of calls) for (const dialog of splitDialogs(list)) foldCall(dialog, 0);
  });
  return [
    { name, figure: 'HEP packets decoded', value: hep3, unit: '/s', target: '≥ 1,000,000', met: hep3 >= 1e6 },
    { name, figure: 'packets to raw rows and facts (HEP, SIP, copies, RowBinary)', value: whole, unit: '/s' },
    { name, figure: `calls folded (${(facts.length / calls.length).toFixed(0)} facts each)`, value: folded, unit: '/s' },
  ];
}
