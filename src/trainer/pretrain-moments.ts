// Mean and variance of samples that come in parts, without the loss of digits that sums of squares would bring: T. F. Chan,
// G. H. Golub and R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
import type { Moments } from '../graph/layerwise.ts';

/** The moments of both parts together. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const share = b.count / count;
  return {
    count,
    mean: a.mean.map((mean, i) => mean + (b.mean[i]! - mean) * share),
    variance: a.variance.map((variance, i) => variance * (1 - share) + b.variance[i]! * share + (b.mean[i]! - a.mean[i]!) ** 2 * share * (1 - share)),
  };
}
