import { describe, expect, test } from 'vitest';
import { CAN_SPEAK, RATE, RECORDED, recorded, spoken, words } from '../../test/recordings/voices.ts';
import { KeyTones } from './tones.ts';

/** One cut is 0.15 s: at most one in ten minutes of speech. That there is none is measured, not promised of every text. */
const MOST_CUT = 0.15 / 600;

/** What is taken for keys where nobody presses any; the figure of docs/recorder.md. The words are the interface's, and become more. */
function expectNoCut(name: string, sounds: readonly Int16Array[]): void {
  let [samples, cut] = [0, 0];
  for (const pcm of sounds) {
    const keys = new KeyTones(RATE);
    for (let at = 0; at < pcm.length; at += RATE) keys.take(pcm.subarray(at, at + RATE));
    keys.end();
    // all at once: what is silenced becomes something else than 1
    const left = new Int16Array(pcm.length).fill(1);
    keys.silence(left, 0);
    cut += left.reduce((sum, v) => sum + 1 - v, 0);
    samples += pcm.length;
  }
  console.info(`${name}: ${(samples / RATE / 60).toFixed(1)} min, ${(cut / RATE).toFixed(2)} s taken for keys`);
  expect(samples / RATE).toBeGreaterThan(10 * 60);
  expect(cut / samples).toBeLessThan(MOST_CUT);
}

describe('nobody presses keys, and next to nothing is silenced', () => {
  test.skipIf(!CAN_SPEAK).each([
    ['Russian', 'ru', 'ru'],
    ['English', 'en', 'en-us'],
  ] as const)(
    'made voices of men and women, low and high: %s',
    (name, language, voice) => {
      const text = words(language);
      const voices = ['m1', 'm3', 'm7', 'klatt', 'f1', 'f2', 'f4', 'f5'];
      const each = Math.ceil(text.length / voices.length);
      const sounds = voices.map((variant, i) => spoken(text.slice(i * each, (i + 1) * each), `${voice}+${variant}`, 25 + 10 * i));
      expectNoCut(`${name}, ${voices.length} voices`, sounds);
    },
    120_000,
  );

  describe.each(RECORDED)('recorded sounds, %s', (kind, dir) => {
    test.skipIf(dir === undefined)('are left as they were', () => {
      expectNoCut(kind, recorded(dir ?? ''));
    });
  });
});
