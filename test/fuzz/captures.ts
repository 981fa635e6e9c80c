import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCapture } from '@callscope/recorder/capture/capture.ts';
import { recordedCalls, recordsOf } from '../recordings/pcap.ts';
import { mutated } from './mutation.ts';
import type { Target } from './target.ts';

const WORDS = ['d4c3b2a1', 'a1b23c4d', '00000004', 'ffffffff', '81000064', '86dd', '0800', '4500', '6000000000', '80080001'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
const RECORDS = 12;

/** Files of the media relay: the first records of real ones, changed. */
export function pcapTarget(): Target {
  const folder = mkdtempSync(join(tmpdir(), 'callscope-fuzz-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'capture.pcap');
  const real = recordedCalls().map(({ pcap }) => {
    const bytes = readFileSync(pcap);
    return Buffer.concat([bytes.subarray(0, 24), ...recordsOf(bytes).slice(0, RECORDS)]);
  });
  return {
    input: (random) => mutated(random.pick(real), real, WORDS, random),
    fate: async (input) => {
      writeFileSync(file, input);
      const capture = await readCapture(file);
      return typeof capture === 'string' ? capture : 'read';
    },
  };
}
