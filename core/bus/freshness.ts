/** How far what is shown lies behind what happens. */
export interface Freshness {
  /** 0 to 1 while everything is processed, also when nothing happens */
  seconds: number;
  /** the part that is behind, null when none is: edge, decoder, assembler, or bus when whoever asks hears nothing */
  part: 'edge' | 'decoder' | 'assembler' | 'bus' | null;
  /** silent: it does not report; failing: it says so itself; behind: it works on what is old */
  why: 'silent' | 'failing' | 'behind' | null;
  /** when the last event or packet was processed, by the clock of the bus; 0 = not known */
  lastEventAt: number;
}
