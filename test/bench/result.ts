/** One figure of one benchmark. */
export interface BenchResult {
  name: string;
  figure: string;
  value: number;
  unit: string;
  /** what the issue asks for, when it names a figure */
  target?: string;
  /** whether the target is met; absent without one */
  met?: boolean;
}
