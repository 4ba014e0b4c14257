// What latents compute beyond a dense layer. Sources: variational, D. P. Kingma and M. Welling, "Auto-Encoding Variational
// Bayes" (2014); free bits, Kingma et al., "Improved Variational Inference with Inverse Autoregressive Flow" (2016), per
// dimension; importance weights, Y. Burda et al., "Importance Weighted Autoencoders" (2016); codebooks, A. van den Oord et
// al., "Neural Discrete Representation Learning" (2017), with moving averages as in its appendix; discrepancy, I. Tolstikhin
// et al., "Wasserstein Auto-Encoders" (2018).
import type { Value } from './ir.ts';
import type { Forward, LayerContext } from './layer-context.ts';
import * as ops from './ops.ts';
import { add, div, exp, log, mul, square, sub, sum } from './ops.ts';

type Role = Parameters<LayerContext['parameter']>[0];

function affine(x: Value, context: LayerContext, kernel: Role, bias: Role | undefined): Value {
  const product = ops.matmul(x, context.parameter(kernel));
  return bias === undefined ? product : add(product, context.parameter(bias));
}

/** Means and logarithms of the variances of the posteriors: batch × units each. */
export const gaussian: Forward<'gaussian'> = (spec, x, context) => {
  const mean = affine(x, context, 'meanKernel', spec.useBias ? 'meanBias' : undefined);
  if (context.mode === 'infer') return mean;
  const logVariance = affine(x, context, 'logVarianceKernel', spec.useBias ? 'logVarianceBias' : undefined);
  const [batch, units] = mean.shape as [number, number];
  // KL(N(μ, σ²) ‖ N(0, 1)) = ½(μ² + σ² − log σ² − 1) for each dimension.
  const divergence = mul(sub(add(square(mean), exp(logVariance)), add(logVariance, 1)), 0.5);
  const klPerDimension = ops.mean(divergence, [0]);
  const kl = sum(klPerDimension);
  const charged = spec.freeBits > 0 ? sum(ops.max(klPerDimension, spec.freeBits)) : kl;
  const factor = { value: spec.beta, annealed: spec.annealEpochs > 0 };
  const terms = [
    { name: 'kl', value: kl, factor: spec.freeBits > 0 ? { value: 0 } : factor },
    ...(spec.freeBits > 0 ? [{ name: 'chargedKl', value: charged, factor }] : []),
  ];
  const samples = context.samples ?? spec.importanceSamples;
  const noise = ops.reshape(context.random({ kind: 'normal' }, [samples, units]), [batch, samples, units]);
  const perSample = (value: Value): Value => ops.reshape(value, [batch, 1, units]);
  const z = add(perSample(mean), mul(perSample(exp(mul(logVariance, 0.5))), noise));
  // log N(z; 0, 1) − log N(z; μ, σ²), where (z − μ)/σ is the noise; the constants cancel.
  const logRatio = samples === 1 && context.samples === undefined ? undefined
    : sum(mul(sub(add(square(noise), perSample(logVariance)), square(z)), 0.5), [2]);
  context.latent({ code: mean, terms, klPerDimension, ...(logRatio === undefined ? {} : { logRatio }) });
  return ops.reshape(z, [batch * samples, units]);
};

/** Codes divided by their length. */
export const spherical: Forward<'spherical'> = (spec, x, context) => {
  const raw = affine(x, context, 'kernel', spec.useBias ? 'bias' : undefined);
  return div(raw, ops.sqrt(add(sum(square(raw), [1], true), 1e-12)));
};

export const wasserstein: Forward<'wasserstein'> = (spec, x, context) => {
  const code = affine(x, context, 'kernel', spec.useBias ? 'bias' : undefined);
  if (context.mode === 'infer') return code;
  const prior = context.random({ kind: 'normal' }, [spec.units]);
  context.latent({ terms: [{ name: 'mmd', value: maximumMeanDiscrepancy(code, prior), factor: { value: spec.weight } }] });
  return code;
};

/** Scales of the kernel, as multiples of the expected squared distance of two points of N(0, 1). */
const SCALES = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Unbiased, with the inverse multiquadratic kernel c / (c + ‖a − b‖²) summed over scales: n × d and n × d → scalar. */
export function maximumMeanDiscrepancy(a: Value, b: Value): Value {
  const [count, dimensions] = a.shape as [number, number];
  const kernels = (x: Value, y: Value): Value => {
    const distances = ops.max(squaredDistances(x, y), 0);
    return SCALES.map(scale => 2 * dimensions * scale).map(c => div(ops.scalar(c), add(distances, c))).reduce(add);
  };
  // A point's kernel with itself is one at every scale.
  const within = (x: Value): Value => sub(sum(kernels(x, x)), count * SCALES.length);
  const pairs = Math.max(1, count * (count - 1));
  return sub(mul(add(within(a), within(b)), 1 / pairs), mul(sum(kernels(a, b)), 2 / (count * count)));
}

/** ‖xᵢ − yⱼ‖² for all pairs of rows. */
function squaredDistances(x: Value, y: Value): Value {
  const norms = (rows: Value): Value => sum(square(rows), [1], true);
  return add(sub(norms(x), mul(ops.matmul(x, y, { transposeB: true }), 2)), ops.reshape(norms(y), [1, y.shape[0]!]));
}

/** Every entry-sized piece of the encoder's output is replaced by the nearest entry of the codebook. */
export const quantized: Forward<'quantized'> = (spec, x, context) => {
  const codebook = context.parameter('codebook');
  const size = codebook.shape[1]!;
  const image = x.shape.length === 4;
  const last = image ? ops.transpose(x, [0, 2, 3, 1]) : x;
  const count = last.shape.reduce((product, extent) => product * extent, 1) / size;
  const pieces = ops.reshape(last, [count, size]);
  const fixed = ops.stopGradient(pieces);
  const nearness = ops.neg(squaredDistances(fixed, codebook));
  const beaten = ops.greater(ops.reduceMax(nearness, [1], true), nearness);
  const hits = ops.select(beaten, 0, ops.broadcastTo(ops.scalar(1), nearness.shape));
  // Equal distances share a piece.
  const assignment = ops.stopGradient(div(hits, sum(hits, [1], true)));
  const entries = ops.matmul(assignment, codebook);
  if (context.mode !== 'infer') {
    const use = ops.mean(assignment, [0]);
    const perplexity = exp(ops.neg(sum(mul(use, log(add(use, 1e-10))))));
    const commitment = ops.mean(square(sub(pieces, ops.stopGradient(entries))));
    context.latent({ terms: [{ name: 'commitment', value: commitment, factor: { value: spec.commitment } }], metrics: [{ name: 'perplexity', value: perplexity }] });
  }
  if (context.mode === 'train') moveCodebook(spec, fixed, assignment, context);
  // The gradient of the entry goes straight to the piece it stands for.
  const through = ops.reshape(add(pieces, ops.stopGradient(sub(entries, pieces))), last.shape);
  return image ? ops.transpose(through, [0, 3, 1, 2]) : through;
};

/**
 * Entries follow the mean of their pieces. With uses N and pieces n of sum s: N ← γN + (1 − γ)n, e ← e + (1 − γ)(s − n·e)/N.
 * An entry that is hardly used starts anew at one of the pieces of this batch.
 */
function moveCodebook(spec: Parameters<typeof quantized>[0], pieces: Value, assignment: Value, context: LayerContext): void {
  const codebook = context.parameter('codebook');
  const codes = codebook.shape[0]!;
  const counts = sum(assignment, [0]);
  const uses = add(mul(context.parameter('uses'), spec.decay), mul(counts, 1 - spec.decay));
  const column = (value: Value): Value => ops.reshape(value, [codes, 1]);
  const drift = sub(ops.matmul(assignment, pieces, { transposeA: true }), mul(column(counts), codebook));
  const moved = add(codebook, mul(div(drift, ops.max(column(uses), 1e-12)), 1 - spec.decay));
  if (spec.revivalThreshold === 0) {
    context.update('codebook', moved);
    context.update('uses', uses);
    return;
  }
  const average = ops.mean(uses);
  const dead = ops.greater(mul(average, spec.revivalThreshold), uses);
  context.update('codebook', ops.select(ops.reshape(dead, [codes, 1]), spread(pieces, codes), moved));
  context.update('uses', ops.select(dead, ops.broadcastTo(average, [codes]), uses));
}

/** As many rows as wanted, taken evenly, again from the start when there are too few. */
function spread(rows: Value, wanted: number): Value {
  const [count, size] = rows.shape as [number, number];
  if (count >= wanted) {
    const stride = Math.floor(count / wanted);
    return ops.slice(rows, [0, 0], [(wanted - 1) * stride + 1, size], [stride, 1]);
  }
  const copies = Math.ceil(wanted / count);
  return ops.slice(ops.concat(Array.from({ length: copies }, () => rows), 0), [0, 0], [wanted, size]);
}
