// What penalties ask of the layers they name.
import { sizeOf } from '../core/tensor.ts';
import type { PenaltySpec, Spec } from '../spec/schema.ts';
import type { ModelIssue } from './errors.ts';
import type { Model, ModelLayer, Parameter } from './model.ts';
import { layersOf, refersTo } from './references.ts';

/** Codes of up to this many numbers get an exact contractive penalty by default. */
export const EXACT_JACOBIAN_UP_TO = 64;

/** Whether the Jacobian of a code of that size is computed exactly, one pass for each number. */
export function isExact({ method }: Extract<PenaltySpec, { type: 'contractive' }>, codeSize: number): boolean {
  return method === 'exact' || (method === 'auto' && codeSize <= EXACT_JACOBIAN_UP_TO);
}

/** The layer whose outputs a penalty means; undefined for the code, which a latent of its own kind may hand out elsewhere. */
export function penalizedLayer(reference: string, layers: readonly ModelLayer[]): ModelLayer | undefined {
  const layer = layersOf(reference, layers)[0];
  return layer === undefined || (layer.part === 'latent' && layer.spec.type !== 'dense') ? undefined : layer;
}

/** The weights that a weight decay shrinks: kernels, not biases. */
export function decayingKernels({ layers }: Extract<PenaltySpec, { type: 'weightDecay' }>, model: Pick<Model, 'layers'>): Parameter[] {
  const meant = model.layers.filter(layer => layers === undefined || layers.some(reference => refersTo(reference, layer)));
  const kernels = new Set(['kernel', 'meanKernel', 'logVarianceKernel']);
  return meant.flatMap(layer => layer.parameters).filter(({ role }) => kernels.has(role));
}

/** Activations that stay in [0, 1]. */
function isRate(layer: ModelLayer): boolean {
  return 'activation' in layer.spec && (layer.spec.activation.type === 'sigmoid' || layer.spec.activation.type === 'softmax');
}

export function checkPenalties(spec: Spec, layers: readonly ModelLayer[]): ModelIssue[] {
  return spec.penalties.flatMap((penalty, index): ModelIssue[] => {
    const path = ['penalties', index];
    switch (penalty.type) {
      case 'activityL1': case 'klSparsity': {
        const meant = layersOf(penalty.layer, layers);
        if (meant.length > 1) {
          return [{
            path: [...path, 'layer'], code: 'conflict', severity: 'error', message: `"${penalty.layer}" means ${meant.length} layers.`,
            cure: `Name one of ${meant.map(({ part, name }) => `"${part}/${name}"`).join(', ')}.`,
          }];
        }
        const layer = meant[0];
        if (penalty.type === 'activityL1' || layer === undefined || isRate(layer)) return [];
        return [{
          path: [...path, 'layer'], code: 'output-range', severity: 'error', message: `klSparsity needs activations in [0, 1]; "${layer.name}" does not end in sigmoid.`,
          cure: 'Give that layer the activation "sigmoid", or take "activityL1".',
        }];
      }
      case 'contractive': {
        const code = layers.filter(({ part }) => part !== 'decoder').at(-1);
        const size = code === undefined ? 0 : sizeOf(code.outputShape);
        if (penalty.method !== 'exact' || size <= 512) return [];
        return [{
          path: [...path, 'method'], code: 'no-effect', severity: 'warning', message: `an exact Jacobian of a code of ${size} numbers takes ${size} backward passes a step.`,
          cure: 'Write "estimate".',
        }];
      }
      case 'weightDecay':
        return penalty.l1 > 0 || penalty.l2 > 0 ? []
          : [{ path, code: 'no-effect', severity: 'warning', message: 'weightDecay without "l1" or "l2" does nothing.', cure: 'Add "l2": 0.0001.' }];
    }
  });
}
