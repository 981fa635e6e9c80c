/** 53 bits of a Call-ID: two FNV-1a lanes. A collision costs one look-up in the store, nothing else. */
export function callIdHash(callId: string): number {
  let low = 0x811c9dc5;
  let high = 0x050c5d1f;
  for (let i = 0; i < callId.length; i++) {
    const c = callId.charCodeAt(i);
    low = Math.imul(low ^ c, 0x01000193);
    high = Math.imul(high ^ (c * 31 + i), 0x01000193);
  }
  return (high >>> 11) * 4_294_967_296 + (low >>> 0);
}
