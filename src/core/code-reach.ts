// Where codes of a model can lie. A decoder was taught only those, so whoever makes up a code wants to know whether it is one.

/** What codes can be, where not any numbers. */
export type CodeReach =
  /** Every number lies in a range, an end left out being open: what an activation can give. */
  | { readonly kind: 'range'; readonly activation: string; readonly low?: number; readonly high?: number }
  /** Length one. */
  | { readonly kind: 'sphere' }
  /** Pieces of so many numbers, each an entry of a codebook. */
  | { readonly kind: 'entries'; readonly size: number };

/** The nearest codes (count × size) that can be: of length one on a sphere, of entries where there is a codebook; others stay as they are. */
export function nearestCodes(codes: Float32Array, size: number, reach: CodeReach | undefined, codebook?: Float32Array): Float32Array {
  if (reach?.kind === 'sphere') return onSphere(codes, size);
  return reach?.kind === 'entries' && codebook !== undefined ? nearestEntries(codes, codebook, reach.size) : codes;
}

/** Codes (count × size) divided by their length. */
export function onSphere(codes: Float32Array, size: number): Float32Array {
  return codes.map((value, i) => {
    const code = codes.subarray(i - i % size, i - i % size + size);
    return value / Math.sqrt(code.reduce((sum, number) => sum + number * number, 1e-12));
  });
}

/** Each piece of `size` numbers replaced by the nearest row of a codebook (entries × size). */
export function nearestEntries(codes: Float32Array, codebook: Float32Array, size: number): Float32Array {
  const snapped = new Float32Array(codes.length);
  for (let at = 0; at < codes.length; at += size) {
    let nearest = 0;
    let least = Infinity;
    for (let entry = 0; entry < codebook.length; entry += size) {
      let distance = 0;
      for (let d = 0; d < size; d++) distance += (codes[at + d]! - codebook[entry + d]!) ** 2;
      if (distance < least) [nearest, least] = [entry, distance];
    }
    snapped.set(codebook.subarray(nearest, nearest + size), at);
  }
  return snapped;
}

/** Rounding of 32-bit numbers, as a share. */
const ROUNDING = 1e-5;

/** Which numbers of a code lie outside the range; empty for other kinds of reach. */
export function beyondRange(code: ArrayLike<number>, reach: CodeReach | undefined): readonly number[] {
  if (reach?.kind !== 'range') return [];
  const { low = -Infinity, high = Infinity } = reach;
  return Array.from({ length: code.length }, (_, d) => d).filter(d => code[d]! < low - ROUNDING || code[d]! > high + ROUNDING);
}
