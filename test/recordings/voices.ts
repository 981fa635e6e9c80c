import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from '@callscope/launch/supervise.ts';
import { FFMPEG } from './ffmpeg.ts';

/** Samples a second of all that is here. */
export const RATE = 8_000;
/** Whether voices can be made on this machine. */
export const CAN_SPEAK = onPath('espeak-ng') && FFMPEG !== null;
if (!CAN_SPEAK)
  console.warn('SKIPPED, made voices are not searched for keys: espeak-ng or ffmpeg is not on PATH (apt-get install espeak-ng ffmpeg)');

const DATA = (process.env.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':').map((dir) => join(dir, 'asterisk'));

/** Prompts that people spoke, and music on hold: each kind with its directory where the machine has it. */
export const RECORDED = ['sounds/ru_RU_f_IvrvoiceRU', 'sounds/en_US_f_Allison', 'moh'].map(
  (kind) => [kind, DATA.map((dir) => join(dir, kind)).find((dir) => existsSync(dir))] as const,
);
const ABSENT = RECORDED.filter(([, dir]) => dir === undefined).map(([kind]) => kind);
if (ABSENT.length > 0)
  console.warn(
    `SKIPPED, sounds of people and music are not searched for keys: asterisk/{${ABSENT}} are not in XDG_DATA_DIRS (apt-get install ` +
      'asterisk-core-sounds-ru-wav asterisk-core-sounds-en-wav asterisk-moh-opsound-wav)',
  );

/** Everything that the pages say in a language: enough text for twenty minutes. */
export function words(language: 'ru' | 'en'): string {
  const letters = language === 'ru' ? /[а-яё]{3}/i : /[a-z]{3}/;
  const files = globSync(new URL(`../../portal/src/words/${language}/*.ts`, import.meta.url).pathname).sort();
  const strings = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/['`]([^'`\n]{12,})['`]/g)].map(([, text]) => text as string),
  );
  return strings.filter((text) => letters.test(text)).join('. ');
}

/** @param voice of espeak-ng @param pitch 0 to 99 */
export function spoken(text: string, voice: string, pitch: number): Int16Array {
  const options = { maxBuffer: 1 << 30 };
  const wav = execFileSync('espeak-ng', ['-v', voice, '-p', String(pitch), '--stdin', '--stdout'], {
    ...options,
    input: text,
    stdio: 'pipe',
  });
  const args = ['-v', 'error', '-i', '-', '-f', 's16le', '-ar', String(RATE), '-ac', '1', '-'];
  return samplesOf(execFileSync(FFMPEG ?? 'ffmpeg', args, { ...options, input: wav }));
}

const samplesOf = (bytes: Buffer) => Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i));

/** Every WAV of a directory of RECORDED: they have 8,000 samples a second. */
export function recorded(dir: string): Int16Array[] {
  return globSync(`${dir}/**/*.wav`).map((path) => {
    const file = readFileSync(path);
    if (file.readUInt32LE(24) !== RATE) throw new Error(`${path} has ${file.readUInt32LE(24)} samples a second`);
    return samplesOf(file.subarray(file.indexOf('data') + 8));
  });
}
