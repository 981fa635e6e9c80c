import { errorText } from '@callscope/core/node/log.ts';
import type { Heard } from '@callscope/modules/transcripts/lines.ts';
import { z } from 'zod';

/**
 * away: the service is not to be had, is overloaded, or refuses us (address, key, model): no recording is worth a try meanwhile ·
 * stumbled: it failed over this one, and may not the next time · recording: it does not take this one, and will not
 */
export type SpeechFault = 'away' | 'stumbled' | 'recording';
export class SpeechError extends Error {
  readonly fault: SpeechFault;
  /** as the service asked us to wait (Retry-After, RFC 9110, 10.2.3); null: it did not say */
  readonly retrySeconds: number | null;
  constructor(fault: SpeechFault, message: string, retrySeconds: number | null = null) {
    super(message);
    this.fault = fault;
    this.retrySeconds = retrySeconds;
  }
}

/** What of `verbose_json` is used. Services that cut nothing into segments give the text alone. */
const answer = z.object({
  text: z.string().default(''),
  segments: z.array(z.object({ start: z.number(), end: z.number(), text: z.string() })).nullish(),
});

/** A long call: at a tenth of its length. */
const LONGEST_MS = 15 * 60_000;
const MOST_BYTES = 16 << 20;
/** The recording itself is not taken: empty, too large, of a kind it does not know, or without a word. */
const OF_RECORDING = new Set([413, 415, 422]);

export interface Asked {
  address: string;
  key: string | null;
  model: string;
  /** '' = the service finds out */
  language: string;
}

/**
 * What was said in an audio file, by a service that speaks as OpenAI's does (POST /v1/audio/transcriptions, multipart/form-data,
 * `response_format=verbose_json`; so do whisper.cpp's server, faster-whisper-server, vLLM and others).
 * @param seconds of the audio, for a service that gives no times @throws SpeechError
 */
export async function hear(
  { address, key, model, language }: Asked,
  audio: Blob,
  name: string,
  seconds: number,
  stopping: AbortSignal,
): Promise<Heard[]> {
  const form = new FormData();
  form.set('file', audio, name);
  form.set('model', model);
  form.set('response_format', 'verbose_json');
  form.set('timestamp_granularities[]', 'segment');
  if (language !== '') form.set('language', language);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${address}/audio/transcriptions`, {
      method: 'POST',
      body: form,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      signal: AbortSignal.any([stopping, AbortSignal.timeout(LONGEST_MS)]),
      // elsewhere is another service, which nobody named
      redirect: 'error',
    });
    text = await bounded(response);
  } catch (error) {
    if (error instanceof SpeechError) throw error;
    const cause = error instanceof Error && error.cause ? `: ${errorText(error.cause)}` : '';
    const isSlow = error instanceof Error && error.name === 'TimeoutError';
    throw new SpeechError(isSlow ? 'stumbled' : 'away', `the service does not answer (${errorText(error)}${cause})`);
  }
  if (!response.ok) throw refusal(response, text);
  const parsed = answer.safeParse(fromJson(text));
  if (!parsed.success) throw new SpeechError('stumbled', 'the service answers otherwise than OpenAI does: there is no `text` in its JSON');
  const { segments, text: whole } = parsed.data;
  if (segments && segments.length > 0) return segments.map(({ start, end, text }) => ({ from: start, to: end, text }));
  return whole.trim() === '' ? [] : [{ from: 0, to: seconds, text: whole }];
}

function refusal(response: Response, text: string): SpeechError {
  const said = messageOf(text);
  const message = `the service answers ${response.status}${said === '' ? '' : `: ${said}`}`;
  const retry = Number(response.headers.get('retry-after'));
  if (OF_RECORDING.has(response.status)) return new SpeechError('recording', message);
  // 400 is both a model that it does not have and a file that it cannot read: the latter is told by its words
  if (response.status === 400 && /audio|file|decod|format|duration|too (short|long)/i.test(said))
    return new SpeechError('recording', message);
  if (response.status >= 500 && response.status !== 503) return new SpeechError('stumbled', message);
  return new SpeechError('away', message, Number.isFinite(retry) && retry > 0 ? Math.min(retry, 3_600) : null);
}

/** `{error: {message}}` or `{detail}`, as such services say it, else the first words of the page. */
function messageOf(text: string): string {
  const said = z
    .object({ error: z.union([z.string(), z.object({ message: z.string() })]).optional(), detail: z.string().optional() })
    .safeParse(fromJson(text));
  const words = said.success
    ? typeof said.data.error === 'object'
      ? said.data.error.message
      : (said.data.error ?? said.data.detail ?? '')
    : text.replace(/<[^>]*>/g, ' ');
  return words.replace(/\s+/g, ' ').trim().slice(0, 200);
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new SpeechError('recording', `the service answers with more than ${MOST_BYTES >> 20} MB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
