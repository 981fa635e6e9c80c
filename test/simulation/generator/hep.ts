import type { Address } from './companies.ts';

/** HEPv3 as OpenSIPS' tracer writes it: chunk 17 after the payload, a capture id of four bytes. @param at µs */
export function hepPacket(payload: string, src: Address, dst: Address, at: number, correlation: string): Buffer {
  const body = Buffer.from(payload);
  const id = Buffer.from(correlation);
  const size = 6 + 7 + 7 + 10 + 10 + 8 + 8 + 10 + 10 + 7 + 10 + 6 + body.length + 6 + id.length;
  const out = Buffer.alloc(size);
  out.write('HEP3');
  out.writeUInt16BE(size, 4);
  let o = 6;
  const chunk = (type: number, length: number): number => {
    out.writeUInt16BE(type, o + 2);
    out.writeUInt16BE(6 + length, o + 4);
    const at = o + 6;
    o = at + length;
    return at;
  };
  const ip = (type: number, text: string) => {
    const at = chunk(type, 4);
    text.split('.').forEach((n, i) => {
      out[at + i] = Number(n);
    });
  };
  out[chunk(1, 1)] = 2;
  out[chunk(2, 1)] = 17;
  ip(3, src.ip);
  ip(4, dst.ip);
  out.writeUInt16BE(src.port, chunk(7, 2));
  out.writeUInt16BE(dst.port, chunk(8, 2));
  out.writeUInt32BE(Math.floor(at / 1e6), chunk(9, 4));
  out.writeUInt32BE(at % 1e6, chunk(10, 4));
  out[chunk(11, 1)] = 1;
  out.writeUInt32BE(2001, chunk(12, 4));
  body.copy(out, chunk(15, body.length));
  id.copy(out, chunk(17, id.length));
  return out;
}
