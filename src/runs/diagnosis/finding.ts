// What a diagnosis says: one sentence with its numbers, what may be done about it, and the epoch of which it speaks.

/** 'good': as one wants it; 'note': worth knowing; 'problem': the result suffers. */
export type FindingLevel = 'good' | 'note' | 'problem';

export type FindingKind =
  | 'diverging' | 'jumping' | 'slow' | 'overfitting' | 'gap' | 'stillLearning' | 'learnedOut' | 'stoppedEarly' | 'trainAbove'
  | 'meanPicture' | 'principalComponents' | 'collapse' | 'unusedUnits' | 'unusedEntries';

export interface Finding {
  readonly kind: FindingKind;
  readonly level: FindingLevel;
  /** A few words: "Overfitting since epoch 12". */
  readonly title: string;
  /** Whole sentences with their numbers. */
  readonly text: string;
  readonly cure?: {
    /** Whole sentences. */
    readonly text: string;
    /** What of it can be begun with a click: to go on with more epochs, or to change the config. */
    readonly command?: 'resume' | 'openConfig';
  };
  /** Epoch, from 1. */
  readonly epoch: number;
}

/** Four significant digits at most: "0.01234", "12.35", "1.2e-7". */
export function figure(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** A share as percent: "0.8 %", "12 %". */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value < 9.95 ? Number(value.toPrecision(value < 0.1 ? 1 : 2)) : Math.round(value)} %`;
}

/** The end of a course as it is compared: "0.0123", or "0.0123, mean of 4 epochs". */
export function ending({ last, window }: { readonly last: number; readonly window: number }): string {
  return `${figure(last)}${window === 1 ? '' : `, mean of ${window} epochs`}`;
}

/** "1 epoch", "12 epochs". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
