import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ffmpeg } from '@callscope/core/node/ffmpeg.ts';
import type { AudioCodec, Part } from '../capture/tracks.ts';
import { decodeArguments, type Rate } from './ffmpeg-arguments.ts';
import { type FramedCodec, framingOf } from './framing.ts';
import { ALAW, ULAW } from './g711.ts';
import { PayloadFile } from './payload-file.ts';

/** The packets of a part as samples. Read in order; a packet that is passed over costs nothing. */
export interface Voice {
  /** packets */
  size: number;
  /** µs since the epoch */
  place(i: number): number;
  /** how many samples the packet gives at the rate that was asked for */
  samples(i: number): number;
  /** at once where it lies in memory; valid until the next read */
  read(i: number): Int16Array | Promise<Int16Array>;
  close(): Promise<void>;
}

/** Rate at which nothing of a codec is lost that a telephone carries. */
export function rateOf(codec: AudioCodec): Rate {
  return codec === 'g722' || codec === 'opus' ? 16_000 : 8_000;
}

/**
 * Makes a part readable as samples: G.711 from the pcap itself, others through ffmpeg into a file of `workDir`.
 * @param name of files in workDir, unique in it
 * @throws FfmpegError, or what the file system throws
 */
export async function openVoice(part: Part, pcap: string, rate: Rate, workDir: string, name: string, ffmpeg: Ffmpeg): Promise<Voice> {
  if (part.codec === 'pcma' || part.codec === 'pcmu') {
    return g711Voice(part, part.codec === 'pcma' ? ALAW : ULAW, await PayloadFile.open(pcap), rate);
  }
  const input = join(workDir, `${name}.${part.codec}`);
  const output = join(workDir, `${name}.pcm`);
  const lengths = await writeFramed(part, part.codec, pcap, input);
  await ffmpeg.run(decodeArguments(part.codec, input, output, rate));
  return decodedVoice(part, lengths, await PayloadFile.open(output), rate);
}

function g711Voice(part: Part, table: Int16Array, file: PayloadFile, rate: Rate): Voice {
  const { packets } = part.stream;
  const isDoubled = rate === 16_000;
  let pcm = new Int16Array(4_096);
  let last = 0;
  const decode = (bytes: Buffer): Int16Array => {
    const size = bytes.length * (isDoubled ? 2 : 1);
    if (size > pcm.length) pcm = new Int16Array(size);
    let o = 0;
    for (const byte of bytes) {
      const sample = table[byte] as number;
      // between two samples at 8 kHz a straight line is near enough: there is nothing above 4 kHz to be lost
      if (isDoubled) pcm[o++] = (last + sample) >> 1;
      pcm[o++] = sample;
      last = sample;
    }
    return pcm.subarray(0, o);
  };
  return {
    size: part.order.length,
    place: (i) => part.place[i] as number,
    samples: (i) => packets.bytes(part.order[i] as number) * (isDoubled ? 2 : 1),
    read: (i) => {
      const packet = part.order[i] as number;
      const bytes = file.read(packets.offset(packet), packets.bytes(packet));
      return bytes instanceof Promise ? bytes.then(decode) : decode(bytes);
    },
    close: () => file.close(),
  };
}

const WRITE_BYTES = 256 * 1024;

/** @returns samples of each packet at 8,000 a second */
async function writeFramed(part: Part, codec: FramedCodec, pcap: string, path: string): Promise<Float64Array> {
  const { packets } = part.stream;
  const framing = framingOf(codec);
  const lengths = new Float64Array(part.order.length);
  const payloads = await PayloadFile.open(pcap);
  try {
    const file = await open(path, 'w');
    try {
      let ready = [framing.head()];
      let size = 0;
      for (let i = 0; i < part.order.length; i++) {
        const packet = part.order[i] as number;
        const read = payloads.read(packets.offset(packet), packets.bytes(packet));
        const { bytes, samples } = framing.add(read instanceof Promise ? await read : read);
        lengths[i] = samples;
        // the next read overwrites the window that this may be a view of
        ready.push(Buffer.from(bytes));
        size += bytes.length;
        if (size < WRITE_BYTES) continue;
        await file.writeFile(Buffer.concat(ready));
        ready = [];
        size = 0;
      }
      await file.writeFile(Buffer.concat([...ready, framing.tail()]));
    } finally {
      await file.close();
    }
  } finally {
    await payloads.close();
  }
  return lengths;
}

function decodedVoice(part: Part, lengths: Float64Array, file: PayloadFile, rate: Rate): Voice {
  const factor = rate / 8_000;
  // where each packet begins in what the decoder gave, in samples
  const begins = new Float64Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) begins[i + 1] = (begins[i] as number) + (lengths[i] as number) * factor;
  const from = (i: number) => Math.round(begins[i] as number);
  const samples = (i: number) => from(i + 1) - from(i);
  const decode = (bytes: Buffer): Int16Array => {
    const pcm = new Int16Array(bytes.length >> 1);
    for (let i = 0; i < pcm.length; i++) pcm[i] = bytes.readInt16LE(i * 2);
    return pcm;
  };
  return {
    size: part.order.length,
    place: (i) => part.place[i] as number,
    samples,
    read: (i) => {
      const bytes = file.read(from(i) * 2, samples(i) * 2);
      return bytes instanceof Promise ? bytes.then(decode) : decode(bytes);
    },
    close: () => file.close(),
  };
}
