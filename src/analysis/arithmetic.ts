// Sums of codes: the one of a smiling woman less that of a woman and plus that of a man is a smiling man's (A. Radford et al.,
// "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks", 2016; after T. Mikolov et al., 2013).
import { StudioError } from '../core/errors.ts';

export interface Term {
  /** With its sign. */
  readonly factor: number;
  /** A sample by its position from 0, or the mean of all with a label. */
  readonly of: { readonly sample: number } | { readonly label: string };
}

const EXAMPLE = 'Write a sum such as "#12 - #40 + #7" of samples by their numbers from 0, or "#12 + mean(Sneaker) - mean(Sandal)" with the means of classes; "0.5 * #12" takes half.';
const term = /\s*([-+−])?\s*(?:(\d+(?:\.\d+)?)\s*[*×]\s*)?(?:#(\d+)|mean\(([^()]*)\))\s*/y;

/** @throws StudioError('usage') saying where a sum cannot be read. */
export function parseSum(text: string): Term[] {
  const terms: Term[] = [];
  term.lastIndex = 0;
  while (term.lastIndex < text.length) {
    const start = term.lastIndex;
    const found = term.exec(text);
    // A sign may be missing in front of the first term only.
    if (found === null || (found[1] === undefined && terms.length > 0)) throw new StudioError('usage', `The sum "${text}" cannot be read from "${text.slice(start).trim()}" on. ${EXAMPLE}`);
    const [, sign = '+', amount = '1', sample, label = ''] = found;
    terms.push({ factor: sign === '+' ? Number(amount) : -Number(amount), of: sample === undefined ? { label: label.trim() } : { sample: Number(sample) } });
  }
  if (terms.length === 0) throw new StudioError('usage', `The sum is empty. ${EXAMPLE}`);
  return terms;
}

/** Σ factorᵢ·codeᵢ. */
export function sumOfCodes(terms: readonly { readonly factor: number; readonly code: Float32Array }[]): Float32Array {
  const sum = new Float32Array(terms[0]?.code.length ?? 0);
  for (const { factor, code } of terms) for (let d = 0; d < sum.length; d++) sum[d]! += factor * code[d]!;
  return sum;
}

/** The place of the code (of count × size) nearest to one; those in `except` do not count. undefined when there is none. */
export function nearestCode(codes: Float32Array, code: Float32Array, except: readonly number[] = []): number | undefined {
  let nearest: number | undefined;
  let least = Infinity;
  for (let i = 0; i * code.length < codes.length; i++) {
    let distance = 0;
    for (let d = 0; d < code.length && distance < least; d++) distance += (codes[i * code.length + d]! - code[d]!) ** 2;
    if (distance < least && !except.includes(i)) [nearest, least] = [i, distance];
  }
  return nearest;
}

/** "+ 0.5 × mean of 4": a term as it stands in a sum, in letters that pictures have. */
export function termText({ factor, of }: Term, first: boolean): string {
  const sign = factor < 0 ? '− ' : first ? '' : '+ ';
  const amount = Math.abs(factor) === 1 ? '' : `${Math.abs(factor)} × `;
  return `${sign}${amount}${'sample' in of ? `sample ${of.sample}` : `mean of ${of.label}`}`;
}
