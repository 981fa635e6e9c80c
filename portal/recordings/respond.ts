import { findCall } from '@callscope/analytics/run/calls.ts';
import type { CallRow } from '@callscope/core/domain/call.ts';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { FfmpegError } from '@callscope/core/node/ffmpeg.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { ObjectsError } from '@callscope/core/node/objects/store.ts';
import type { Actor } from '@callscope/modules/audit/acts.ts';
import { noteLook } from '@callscope/modules/audit/store.ts';
import { getTenant } from '@callscope/modules/directory/store.ts';
import { maskedBefore } from '@callscope/modules/recordings/masks.ts';
import { recordingOf } from '@callscope/modules/recordings/rules.ts';
import { type Segment, segmentsOf, shapesOf } from '@callscope/modules/recordings/store.ts';
import { Problem } from '../api/problem.ts';
import type { Deps } from '../deps.ts';
import { rangedResponse } from '../files/ranged.ts';
import { type Audio, type AudioSegment, chosenOf, type Format, hasAudio, NoFfmpeg } from './audio.ts';

/** Which audio of a call. */
export interface Asked {
  /** by default as the first segment is kept */
  format?: Format | undefined;
  /** only one, the first is 1; by default all, in order */
  segment?: number | undefined;
  /** to be kept as a file */
  download: boolean;
}

/** @throws Problem 404 */
async function recorded({ store, db }: Deps, scope: TenantScope, id: string): Promise<{ call: CallRow; segments: Segment[] }> {
  const call = await findCall(store, scope, id);
  if (!call) throw new Problem(404, `no call "${id}" in this company`);
  return { call, segments: (await segmentsOf(db, scope, [call.id])).get(call.id) ?? [] };
}

/**
 * The audio of a call, whole or the part that Range asks for (RFC 9110, 14). Who gets it is written down before any of it goes.
 * @param scope with the right to listen @throws Problem
 */
export async function recordingResponse(
  deps: Deps,
  scope: TenantScope,
  actor: Actor,
  id: string,
  asked: Asked,
  request: Request,
): Promise<Response> {
  const { call, segments } = await recorded(deps, scope, id);
  const { segment, download } = asked;
  const chosen = chosenOf(segments, segment);
  const [first] = chosen;
  if (first === undefined) {
    const { status, reason } = recordingOf(call, segments, deps.clock.now());
    const ready = segments.filter(hasAudio).length;
    const why =
      ready > 0 ? `${ready} of its segments are there, this one is not` : `its recording is ${status}${reason ? `: ${reason}` : ''}`;
    throw new Problem(404, `there is no such audio: ${why}`);
  }
  try {
    const audio = await deps.recordings.open(scope, chosen, asked.format ?? first.format);
    const name = `${await nameOf(deps, scope, call)}${segment === undefined ? '' : ` ${segment}`}.${audio.extension}`;
    const headers = { 'content-type': audio.type, 'content-disposition': disposition(download, name) };
    return await rangedResponse(request, { bytes: audio.bytes, tag: audio.tag, headers, read: audio.read }, () =>
      noteLook(deps.db, scope, { actor, act: download ? 'recording.download' : 'recording.listen', subject: call.id }),
    );
  } catch (error) {
    throw saidOf(deps, error, first.format);
  }
}

/** Audio to be read whole. @param format by default as the first is kept @throws Problem */
export async function openedAudio(
  deps: Deps,
  scope: TenantScope,
  segments: readonly AudioSegment[],
  format: Format | undefined,
): Promise<Audio> {
  const [first] = segments as readonly [AudioSegment];
  return deps.recordings.open(scope, segments, format ?? first.format).catch((error: unknown) => {
    throw saidOf(deps, error, first.format);
  });
}

/** What went wrong with a recording, as people are told of it. */
function saidOf(deps: Deps, error: unknown, format: Format): unknown {
  if (error instanceof NoFfmpeg || error instanceof FfmpegError)
    return new Problem(503, `this recording is kept as ${format} and cannot be given otherwise now: ask for format=${format}`);
  if (error instanceof KeysMissing) {
    deps.log.error('a sealed recording cannot be opened', { error });
    return new Problem(503, 'this recording is sealed and its key is not there: the operator finds why in the log of the portal');
  }
  if (error instanceof ObjectsError && error.fault === 'missing') {
    deps.log.error('a recording is not in the archive', { error });
    return new Problem(503, 'the archive does not have this recording: the operator finds why in the log of the portal');
  }
  if (error instanceof ObjectsError) {
    deps.log.warn('a recording cannot be read', { error });
    return new Problem(503, 'the archive of recordings does not answer, try again later');
  }
  return error;
}

/** «2026-11-23 17-53-35 +79161234567 101»: when it began in the company's zone, from whom, to whom. */
export async function nameOf({ db }: Deps, scope: TenantScope, call: CallRow): Promise<string> {
  const zone = (await getTenant(db, scope))?.timezone ?? 'UTC';
  const at = new Date(call.startedAt / 1_000).toLocaleString('sv-SE', { timeZone: zone }).replaceAll(':', '-');
  const other = call.direction === 'out' ? call.dialled : call.answeredBy || call.dialled;
  return [at, call.from, other]
    .map((part) => part.replace(/@.*$/, ''))
    .join(' ')
    .trim();
}

/** RFC 6266, 4.1: what any browser understands, and the name as it is. */
function disposition(isDownload: boolean, name: string): string {
  const plain = name.replace(/[^A-Za-z0-9+._ -]/g, '_');
  const exact = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${isDownload ? 'attachment' : 'inline'}; filename="${plain}"; filename*=UTF-8''${exact}`;
}

/** What is shown of a recording: one line a segment, in order. */
export interface Waveform {
  segments: {
    /** seconds after the call began */
    from: number;
    seconds: number;
    /** heights at equal distances, 0 to 255, base64: the other party, and our side; as many of both */
    left: string;
    right: string;
    talk: WaveformTalk | null;
    /** nothing was captured: the recording was masked */
    masked: boolean;
  }[];
}

/** As the recorder writes it (recorder/audio/talk.ts), as far as it is shown. */
export interface WaveformTalk {
  left: { speechSeconds: number; share: number | null; levelDb: number | null; isSilent: boolean };
  right: { speechSeconds: number; share: number | null; levelDb: number | null; isSilent: boolean };
  overtalkSeconds: number;
  silenceSeconds: number;
  silences: { from: number; seconds: number }[];
}

/** The waveform of a call's recording, an empty one when it has none. @param scope with the right to listen @throws Problem */
export async function waveformOf(deps: Deps, scope: TenantScope, id: string): Promise<Waveform> {
  const { call, segments } = await recorded(deps, scope, id);
  const shapes = await shapesOf(deps.db, scope, call.id);
  const ready = segments.filter(hasAudio);
  const lines = ready.flatMap((s, i) => {
    const shape = shapes.get(s.segment);
    if (s.startedAt === null || s.seconds === null || shape === undefined) return [];
    const base64 = (bytes: Buffer) => bytes.toString('base64');
    const from = Math.max(0, Math.round(s.startedAt - call.startedAt / 1_000) / 1_000);
    const mask = maskedBefore(s, ready[i - 1]);
    const silence = {
      from: Math.max(0, Math.round((from - mask) * 1_000) / 1_000),
      seconds: mask,
      left: '',
      right: '',
      talk: null,
      masked: true,
    };
    const line = { left: base64(shape.left), right: base64(shape.right), talk: shape.talk as WaveformTalk | null, masked: false };
    return [...(mask > 0 ? [silence] : []), { from, seconds: s.seconds, ...line }];
  });
  return { segments: lines };
}
