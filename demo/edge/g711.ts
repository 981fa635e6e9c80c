/** G.711 A-law (ITU-T G.711, Table 1a): 16-bit linear samples to one byte each, even bits inverted. */
export function encodeAlaw(samples: Int16Array): Buffer {
  const out = Buffer.allocUnsafe(samples.length);
  for (let i = 0; i < samples.length; i++) out[i] = alawOf(samples[i] as number);
  return out;
}

/** Silence as A-law has it: the smallest positive step. */
export const ALAW_SILENCE = 0xd5;

function alawOf(sample: number): number {
  // 13 bits, sign apart
  const sign = sample >= 0 ? 0x80 : 0;
  const value = Math.min(0xfff, (sample >= 0 ? sample : -sample - 1) >> 3);
  let code: number;
  if (value < 32) code = value >> 1;
  else {
    let exponent = 1;
    while (value >> (exponent + 5) !== 0) exponent++;
    code = (exponent << 4) | ((value >> exponent) & 0x0f);
  }
  return (code | sign) ^ 0x55;
}

/** Linear interpolation after a short average: speech for a telephone, not music. @param to samples a second */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  const width = Math.max(1, Math.round(from / to));
  const out = new Int16Array(Math.floor((samples.length * to) / from));
  for (let i = 0; i < out.length; i++) {
    const at = (i * from) / to;
    let sum = 0;
    let count = 0;
    for (let k = 0; k < width; k++) {
      const value = samples[Math.floor(at) + k];
      if (value !== undefined) {
        sum += value;
        count++;
      }
    }
    out[i] = count === 0 ? 0 : sum / count;
  }
  return out;
}
