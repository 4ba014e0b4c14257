// A small decoder as real ONNX bytes, for page tests: which of some prototypes a code is near, softly, and their mixture as the
// picture: reconstruction = sigmoid(softmax(2/τ · z·Cᵀ − |c|²/τ) · G). Between prototypes pictures change smoothly, like a trained one.
import Pbf from 'pbf';

export interface Prototypes {
  /** k × latent size: where each prototype lies. */
  readonly centres: Float32Array;
  /** k × features: its picture before the sigmoid. */
  readonly logits: Float32Array;
  readonly count: number;
  readonly latentSize: number;
  readonly features: number;
  readonly softness: number;
  /** Axes of the latent after the batch; [latentSize] when left out. */
  readonly latentShape?: readonly number[];
}

const FLOAT = 1;

/** What the model must answer for one code. */
export function decodeByHand(p: Prototypes, code: ArrayLike<number>): Float32Array {
  const scores = Array.from({ length: p.count }, (_, k) => {
    let score = 0;
    for (let d = 0; d < p.latentSize; d++) {
      const c = p.centres[k * p.latentSize + d]!;
      score += (2 * code[d]! * c - c * c) / p.softness;
    }
    return score;
  });
  const top = Math.max(...scores);
  const weights = scores.map(score => Math.exp(score - top));
  const sum = weights.reduce((a, b) => a + b, 0);
  return Float32Array.from({ length: p.features }, (_, f) => {
    let logit = 0;
    for (let k = 0; k < p.count; k++) logit += (weights[k]! / sum) * p.logits[k * p.features + f]!;
    return 1 / (1 + Math.exp(-logit));
  });
}

/** The bytes of decoder.onnx. Input "code", output "reconstruction", as the trainer names them. */
export function decoderModel(p: Prototypes): Uint8Array {
  const weights = new Float32Array(p.latentSize * p.count);
  const bias = new Float32Array(p.count);
  for (let k = 0; k < p.count; k++) {
    for (let d = 0; d < p.latentSize; d++) {
      const c = p.centres[k * p.latentSize + d]!;
      weights[d * p.count + k] = (2 * c) / p.softness;
      bias[k]! -= (c * c) / p.softness;
    }
  }
  const flat = p.latentShape === undefined ? 'code' : 'flat';
  const pbf = new Pbf();
  pbf.writeVarintField(1, 8);
  pbf.writeStringField(2, 'page test');
  pbf.writeMessage(7, (_, graph) => {
    if (p.latentShape !== undefined) node(graph, 'Flatten', ['code'], ['flat']);
    node(graph, 'Gemm', [flat, 'W', 'b'], ['scores']);
    node(graph, 'Softmax', ['scores'], ['weights']);
    node(graph, 'MatMul', ['weights', 'G'], ['logits']);
    node(graph, 'Sigmoid', ['logits'], ['reconstruction']);
    graph.writeStringField(2, 'decoder');
    constant(graph, 'W', [p.latentSize, p.count], weights);
    constant(graph, 'b', [p.count], bias);
    constant(graph, 'G', [p.count, p.features], p.logits);
    value(graph, 11, 'code', p.latentShape ?? [p.latentSize]);
    value(graph, 12, 'reconstruction', [p.features]);
  }, undefined);
  pbf.writeMessage(8, (_, opset) => {
    opset.writeStringField(1, '');
    opset.writeVarintField(2, 17);
  }, undefined);
  return pbf.finish();
}

function node(graph: Pbf, type: string, inputs: readonly string[], outputs: readonly string[]): void {
  graph.writeMessage(1, (_, out) => {
    for (const name of inputs) out.writeStringField(1, name);
    for (const name of outputs) out.writeStringField(2, name);
    out.writeStringField(4, type);
  }, undefined);
}

function constant(graph: Pbf, name: string, shape: readonly number[], data: Float32Array): void {
  graph.writeMessage(5, (_, out) => {
    for (const extent of shape) out.writeVarintField(1, extent);
    out.writeVarintField(2, FLOAT);
    out.writeStringField(8, name);
    out.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }, undefined);
}

function value(graph: Pbf, field: 11 | 12, name: string, shape: readonly number[]): void {
  graph.writeMessage(field, (_, out) => {
    out.writeStringField(1, name);
    out.writeMessage(2, (_t, type) => {
      type.writeMessage(1, (_f, tensor) => {
        tensor.writeVarintField(1, FLOAT);
        tensor.writeMessage(2, (_s, dims) => {
          dims.writeMessage(1, (_d, dim) => dim.writeStringField(2, 'batch'), undefined);
          for (const extent of shape) dims.writeMessage(1, (_d, dim) => dim.writeVarintField(1, extent), undefined);
        }, undefined);
      }, undefined);
    }, undefined);
  }, undefined);
}
