// Exponential moving average without the pull towards zero of its first terms: the running mean is divided by the weight it has
// gathered (the bias correction of D. Kingma and J. Ba, "Adam", 2015, section 3).

/**
 * @param weight share of the past in each value, in [0, 1); 0 returns the values themselves
 * @returns as many values; where the input is not finite the output is NaN, and the average goes on after it
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  if (weight <= 0) return values;
  const out = new Float64Array(values.length);
  let mean = 0;
  let gathered = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      out[i] = Number.NaN;
      continue;
    }
    mean = weight * mean + (1 - weight) * value;
    gathered = weight * gathered + (1 - weight);
    out[i] = mean / gathered;
  }
  return out;
}
