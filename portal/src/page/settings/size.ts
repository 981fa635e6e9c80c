/** A size as people read it: kilobytes up to one million bytes, then megabytes. */
export function sizeOf(bytes: number, figure: (n: number) => string, units: { kb: string; mb: string }): string {
  if (bytes < 1_000_000) return `${figure(Math.ceil(bytes / 1_000))} ${units.kb}`;
  return `${figure(Math.round(bytes / 100_000) / 10)} ${units.mb}`;
}
