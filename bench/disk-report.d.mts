// Types for the test; the program itself is JavaScript.
interface Turn {
  readonly stepsPerSecond: number;
  readonly cpuPerStep: number;
  readonly peak: number;
  readonly others: number;
}
export interface DiskFacts {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly threads: number;
  readonly command: string;
  readonly samples: number;
  readonly units: readonly number[];
  readonly batch: number;
  readonly corruption: boolean;
  readonly rounds: readonly { readonly held: Turn; readonly stored: Turn }[];
}
export const BUSY: number;
export function page(facts: DiskFacts): string;
export function keep(facts: DiskFacts): Promise<void>;
