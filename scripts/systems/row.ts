// A row of docs/SYSTEMS.md: something one of the five published projects did, and what we do.
import type { Lab } from './lab.ts';

export interface Finding {
  /** What is compared: "validation MSE after 35 epochs". */
  readonly what: string;
  /** What was reported there, or what a limit asks for. */
  readonly reported: string;
  readonly measured: string;
  /** Whether a stated limit holds; left out where there is none. */
  readonly holds?: boolean;
  /** The limit is one of the full training: a quick look at little data need not keep it. */
  readonly atFullSize?: true;
}

export interface Picture {
  /** A PNG. */
  readonly file: string;
  readonly caption: string;
}

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly pictures: readonly Picture[];
  /** Seconds of training. */
  readonly seconds: number;
}

export interface Row {
  /** Names the pictures too. */
  readonly id: string;
  readonly title: string;
  /** Paths under samples/ without the ending. */
  readonly samples: readonly string[];
  run(lab: Lab): Promise<Outcome>;
}

export interface System {
  readonly title: string;
  readonly rows: readonly Row[];
}
