import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '@callscope/core/node/log.ts';
import { ESPEAK } from '@callscope/launch/install.ts';
import { onPath } from '@callscope/launch/supervise.ts';
import { encodeAlaw, resample } from './g711.ts';

const run = promisify(execFile);

export type Language = 'ru' | 'en';
/** Phrases in A-law at 8,000 samples a second: of people who call, and of those who work for a company. */
export type Speech = Record<Language, { client: Buffer[]; staff: Buffer[] }>;

const PHRASES: Record<Language, { client: readonly string[]; staff: readonly string[] }> = {
  ru: {
    staff: [
      'Добрый день, компания слушает, чем могу помочь?',
      'Одну минуту, я сейчас посмотрю в программе.',
      'Да, такая услуга у нас есть, стоимость зависит от срока.',
      'Подскажите, пожалуйста, ваше имя и удобное время для звонка.',
      'Я вас поняла, передам специалисту, он перезвонит в течение часа.',
      'Могу предложить завтра в десять утра или в четверг после обеда.',
      'Спасибо за звонок, всего доброго!',
    ],
    client: [
      'Здравствуйте, я по объявлению, хотела уточнить цену.',
      'А как скоро это можно сделать?',
      'Мне нужно на этой неделе, лучше в первой половине дня.',
      'Хорошо, а доставка входит в стоимость?',
      'Понятно. Запишите меня, пожалуйста.',
      'Я звонил утром, но не смог дозвониться.',
      'Спасибо большое, до свидания.',
    ],
  },
  en: {
    staff: [
      'Good morning, Meridian Support, how may I help you?',
      'One moment please, I am looking at your ticket now.',
      'Could you please restart the terminal at the reception desk?',
      'I see the problem. An engineer will call you back within the hour.',
      'May I have the name of the property, please?',
      'Thank you for calling, have a nice day.',
    ],
    client: [
      'Hello, our booking screen does not open since this morning.',
      'Yes, I have tried that twice already.',
      'We have guests waiting at the desk, it is quite urgent.',
      'All right, it is loading again now.',
      'Can somebody look at the printer as well?',
      'That works, thank you very much.',
    ],
  },
};
const VOICES: Record<Language, { client: string[]; staff: string[] }> = {
  ru: { staff: ['ru+f2', 'ru+m3'], client: ['ru+m1', 'ru+f4'] },
  en: { staff: ['en+f3', 'en+m3'], client: ['en+m7', 'en+f1'] },
};
const RATE = 8_000;

/** Speaks every phrase once and keeps it under `dir`. Null, after saying so, without espeak-ng: calls then leave no recordings. */
export async function prepareSpeech(dir: string, log: Log): Promise<Speech | null> {
  if (!onPath(ESPEAK.command)) {
    log.warn(`NO SPEECH: ${ESPEAK.command} is missing, demo calls leave no recordings in the spool. Install the package ${ESPEAK.name}`);
    return null;
  }
  mkdirSync(dir, { recursive: true });
  const speech: Speech = { ru: { client: [], staff: [] }, en: { client: [], staff: [] } };
  for (const language of ['ru', 'en'] as const)
    for (const side of ['client', 'staff'] as const)
      for (const [i, text] of PHRASES[language][side].entries())
        for (const [v, voice] of VOICES[language][side].entries())
          speech[language][side].push(await spoken(join(dir, `${language}-${side}-${i}-${v}.alaw`), voice, text));
  return speech;
}

async function spoken(file: string, voice: string, text: string): Promise<Buffer> {
  try {
    return readFileSync(file);
  } catch {
    // not yet made
  }
  const { stdout } = await run('espeak-ng', ['-v', voice, '-s', '155', '-a', '120', '--stdout', text], {
    encoding: 'buffer',
    maxBuffer: 16 << 20,
  });
  const made = encodeAlaw(resample(...samplesOf(stdout), RATE));
  writeFileSync(file, made);
  return made;
}

/** Samples and rate of a WAV file (RIFF, 16 bits, one channel), as espeak-ng writes it: lengths in its header are not to be trusted. */
function samplesOf(wav: Buffer): [Int16Array, number] {
  const rate = wav.readUInt32LE(24);
  const at = wav.indexOf('data', 12, 'latin1') + 8;
  const samples = new Int16Array(Math.floor((wav.length - at) / 2));
  for (let i = 0; i < samples.length; i++) samples[i] = wav.readInt16LE(at + 2 * i);
  return [samples, rate];
}
