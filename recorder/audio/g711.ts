/** ITU-T G.711, tables 1a and 2a: one byte to a linear sample of 16 bits. */
export const ALAW = Int16Array.from({ length: 256 }, (_, code) => {
  // every other bit is inverted on the line
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const value = exponent === 0 ? step : (step + 256) << (exponent - 1);
  return bits & 0x80 ? value : -value;
});

export const ULAW = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const value = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return bits & 0x80 ? -value : value;
});
