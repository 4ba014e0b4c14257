// Random numbers by the hundred thousand: noise, dropout masks and latent draws of every batch, which take more of a processor than a small
// step does when each number is drawn by itself (random.ts). Four generators run side by side in the lanes of a vector, in WebAssembly.
// Its arithmetic is IEEE float32 and integers on every machine, so that the same stream gives the same bits everywhere.
// Normals: G. E. P. Box and M. E. Muller, "A Note on the Generation of Random Normal Deviates" (1958), of 24 and 32 bits, so that none lies
// beyond 5.8; logarithm, sine and cosine by their series, to within 2e-7.
import { RandomStream, type Purpose } from './random.ts';
import { assemble, code, type Kernel } from './wasm.ts';

/** Numbers that are made at a time; they stay in the first cache. */
const BLOCK = 4096;
const LANES = 4;
const VECTOR = 16;
/** Where things lie in the memory: the generators' state, the limit of decisions, how noise is added, the numbers, and what they are added to. */
const STATE = 0;
const LIMIT = 4 * VECTOR;
const ADDING = LIMIT + VECTOR;
const NUMBERS = 128;
const VALUES = NUMBERS + 4 * BLOCK;

type Expression = number[];

/** Code that holds what it computes in locals. */
class Steps {
  readonly code: number[] = [];
  vectors: number;

  constructor(reserved: number) {
    this.vectors = reserved;
  }

  hold(value: Expression): Expression {
    const local = this.vectors++;
    this.code.push(...value, ...code.set(local));
    return code.get(local);
  }
}

const binary = (opcode: number) => (a: Expression, b: Expression): Expression => [...a, ...b, ...code.vector(opcode)];
const [add, sub, mul, div, less] = [code.add, code.sub, code.mul, code.div, code.less].map(binary) as [Binary, Binary, Binary, Binary, Binary];
const [and, or, xor, plus, minus, equal, below] = [code.and, code.or, code.xor, code.addIntegers, code.subIntegers, code.equalIntegers, code.belowUnsigned].map(binary) as
  [Binary, Binary, Binary, Binary, Binary, Binary, Binary];
type Binary = ReturnType<typeof binary>;
const { constant, integer } = code;
const shiftLeft = (a: Expression, bits: number): Expression => [...a, ...code.shiftLeft(bits)];
const shiftRight = (a: Expression, bits: number): Expression => [...a, ...code.shiftRight(bits)];
const float = (a: Expression): Expression => [...a, ...code.vector(code.fromSigned)];
const squareRoot = (a: Expression): Expression => [...a, ...code.vector(code.sqrt)];
const select = (where: Expression, a: Expression, b: Expression): Expression => [...a, ...b, ...where, ...code.vector(code.select)];

/** c₀ + x(c₁ + x(c₂ + …)). */
const polynomial = (x: Expression, [first, ...rest]: readonly number[]): Expression => (
  rest.length === 0 ? constant(first!) : add(mul(polynomial(x, rest), x), constant(first!)));

/** The state's locals: a, b, c and the counter of sfc32. */
const STATES = 4;
const load = Array.from({ length: STATES }, (_, i) => [...code.fetch(STATE + i * VECTOR), ...code.set(i)]).flat();
const save = Array.from({ length: STATES }, (_, i) => code.keep(STATE + i * VECTOR, i)).flat();

/** Four integers of 32 bits, one of each lane's generator: sfc32, as RandomStream. */
function next(steps: Steps): Expression {
  const [a, b, c, counter] = [0, 1, 2, 3].map(code.get) as [Expression, Expression, Expression, Expression];
  const drawn = steps.hold(plus(plus(a, b), counter));
  steps.code.push(
    ...plus(counter, integer(1)), ...code.set(3),
    ...xor(b, shiftRight(b, 9)), ...code.set(0),
    ...plus(c, shiftLeft(c, 3)), ...code.set(1),
    ...plus(or(shiftLeft(c, 21), shiftRight(c, 11)), drawn), ...code.set(2),
  );
  return drawn;
}

function kernel(name: string, stride: number, build: (steps: Steps, store: (value: Expression, at: number) => void) => void): Kernel {
  const steps = new Steps(STATES);
  build(steps, (value, at) => {
    steps.hold(value);
    steps.code.push(...code.storeAt(NUMBERS + at, steps.vectors - 1));
  });
  return { name, before: load, loop: steps.code, after: save, stride, vectors: steps.vectors };
}

/** Integers of 32 bits. */
const integers = kernel('integers', VECTOR, (steps, store) => { store(next(steps), 0); });

/** Bytes: 1 where an integer is below the limit, which all lanes of its vector hold, else 0. */
const decisions = kernel('decisions', VECTOR, (steps, store) => {
  const limit = code.fetch(LIMIT);
  const masks = Array.from({ length: 4 }, () => steps.hold(below(next(steps), limit)));
  const shorts = [0, 2].map(i => binary(code.narrowIntegers)(masks[i]!, masks[i + 1]!));
  store(and(binary(code.narrowShorts)(shorts[0]!, shorts[1]!), integer(0x01010101)), 0);
});

/** Standard normals, in pairs of vectors. */
const normals = kernel('normals', 2 * VECTOR, (steps, store) => {
  // −2 ln u for u = k / 2²⁴, k from 1 to 2²⁴: of k = m 2ᵉ with m around 1, by the series of ln m = 2 artanh((m − 1) / (m + 1)).
  const bits = steps.hold(float(plus(shiftRight(next(steps), 8), integer(1))));
  const wide = steps.hold(or(and(bits, integer(0x007fffff)), integer(0x3f800000)));
  const halve = steps.hold(less(constant(Math.SQRT2), wide));
  const m = steps.hold(select(halve, mul(wide, constant(0.5)), wide));
  // The mask is −1 where a half was moved to the exponent; 127 is its bias.
  const exponent = float(minus(minus(shiftRight(bits, 23), halve), integer(127 + 24)));
  const s = steps.hold(div(sub(m, constant(1)), add(m, constant(1))));
  const z = steps.hold(mul(s, s));
  const logarithm = add(mul(s, polynomial(z, [2, 2 / 3, 2 / 5, 2 / 7])), mul(exponent, constant(Math.LN2)));
  const radius = steps.hold(squareRoot(mul(logarithm, constant(-2))));
  // An angle is the nearest quarter turn, and what is left of at most an eighth.
  const turn = next(steps);
  const quarter = steps.hold(shiftRight(plus(turn, integer(2 ** 29)), 30));
  const angle = steps.hold(mul(float(minus(turn, shiftLeft(quarter, 30))), constant(2 * Math.PI / 2 ** 32)));
  const square = steps.hold(mul(angle, angle));
  const sine = steps.hold(mul(angle, polynomial(square, [1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362_880])));
  const cosine = steps.hold(polynomial(square, [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40_320]));
  const odd = steps.hold(equal(and(quarter, integer(1)), integer(1)));
  // Cosine is negative in quarters 1 and 2, sine in 2 and 3.
  const sign = (of: Expression): Expression => shiftLeft(and(of, integer(2)), 30);
  store(mul(radius, xor(select(odd, sine, cosine), sign(plus(quarter, integer(1))))), 0);
  store(mul(radius, xor(select(odd, cosine, sine), sign(quarter))), VECTOR);
});

/** Uniform over [0, 1), of 24 bits, because more would be rounded up to 1. */
const uniforms = kernel('uniforms', VECTOR, (steps, store) => { store(mul(float(shiftRight(next(steps), 8)), constant(2 ** -24)), 0); });

/** Values with noise: mean and scale of the noise, lowest and highest result. */
const adding: Kernel = (() => {
  const steps = new Steps(4);
  const [mean, scale, low, high] = [0, 1, 2, 3].map(code.get) as [Expression, Expression, Expression, Expression];
  const sum = add(add(code.loadAt(VALUES), mean), mul(scale, code.loadAt(NUMBERS)));
  steps.hold(binary(code.min)(binary(code.max)(sum, low), high));
  steps.code.push(...code.storeAt(VALUES, steps.vectors - 1));
  return { name: 'adding', before: [0, 1, 2, 3].flatMap(i => [...code.splatAt(ADDING + 4 * i), ...code.set(i)]), loop: steps.code, vectors: steps.vectors };
})();

interface Machine {
  readonly state: Int32Array;
  readonly limit: Uint32Array;
  readonly adding: Float32Array;
  readonly values: Float32Array;
  readonly uniforms: Float32Array;
  readonly integers: Uint32Array;
  readonly normals: Float32Array;
  readonly decisions: Uint8Array;
  readonly kernels: Readonly<Record<Kind | 'adding', (end: number, begin: number) => void>>;
}

type Kind = 'integers' | 'uniforms' | 'normals' | 'decisions';

let machine: Machine | undefined;

function start(): Machine {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new WebAssembly.Module(assemble([integers, uniforms, normals, decisions, adding], { pages: 1, shared: false }));
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  const { buffer } = memory;
  return {
    state: new Int32Array(buffer, STATE, STATES * LANES),
    limit: new Uint32Array(buffer, LIMIT, LANES),
    adding: new Float32Array(buffer, ADDING, 4),
    values: new Float32Array(buffer, VALUES, BLOCK),
    integers: new Uint32Array(buffer, NUMBERS, BLOCK),
    uniforms: new Float32Array(buffer, NUMBERS, BLOCK),
    normals: new Float32Array(buffer, NUMBERS, BLOCK),
    decisions: new Uint8Array(buffer, NUMBERS, BLOCK),
    kernels: exports as Machine['kernels'],
  };
}

export interface Noise {
  readonly mean: number;
  readonly scale: number;
  readonly low: number;
  readonly high: number;
}

/** What is done with some numbers, which are written over afterwards: `count` of them for the places from `from` on. */
type Use<T> = (numbers: T, from: number, count: number) => void;

/** A stream of its own; numbers depend on the key, and on how many of which kind were drawn before. */
export class NoiseStream {
  private readonly state: Int32Array;

  constructor(seed: number, purpose: Purpose, ...keys: readonly number[]) {
    const words = Array.from({ length: LANES }, (_, lane) => new RandomStream(seed, purpose, ...keys, lane).words);
    this.state = Int32Array.from({ length: STATES * LANES }, (_, i) => words[i % LANES]![Math.floor(i / LANES)]!);
  }

  /** Uniform over the integers [0, 2³²). */
  integers(count: number, use: Use<Uint32Array>): void {
    this.draw('integers', count, 4, use);
  }

  /** 1 with the given probability, else 0. */
  decisions(count: number, probability: number, use: Use<Uint8Array>): void {
    const limit = Math.ceil(probability * 2 ** 32);
    if (limit < 2 ** 32) {
      this.draw('decisions', count, 1, use, machine => { machine.limit.fill(Math.max(0, limit)); });
    } else {
      const all = new Uint8Array(BLOCK).fill(1);
      for (let from = 0; from < count; from += BLOCK) use(all, from, Math.min(BLOCK, count - from));
    }
  }

  /** Uniform over the integers [0, n). */
  integer(n: number): number {
    let found = 0;
    this.integers(1, ([number]) => { found = Math.floor(number! / 2 ** 32 * n); });
    return found;
  }

  /** Standard normals. */
  fillNormal(out: Float32Array): Float32Array {
    this.draw('normals', out.length, 4, (numbers, from, count) => { out.set(numbers.subarray(0, count), from); });
    return out;
  }

  /** Uniform over [0, 1). */
  fillUniform(out: Float32Array): Float32Array {
    this.draw('uniforms', out.length, 4, (numbers, from, count) => { out.set(numbers.subarray(0, count), from); });
    return out;
  }

  /** Adds to every value `mean` and `scale` times a number of that kind, then cuts it to a range. */
  add(values: Float32Array, kind: 'normals' | 'uniforms', { mean, scale, low, high }: Noise): void {
    const { adding: numbers, values: block, kernels } = machine ??= start();
    this.draw(kind, values.length, 4, (_, from, count) => {
      const part = values.subarray(from, from + count);
      numbers.set([mean, scale, low, high]);
      block.set(part);
      kernels.adding(4 * count, 0);
      part.set(block.subarray(0, count));
    });
  }

  /** 1 with the given probability, else 0. */
  fillBernoulli(out: Uint8Array, probability: number): Uint8Array {
    this.decisions(out.length, probability, (numbers, from, count) => { out.set(numbers.subarray(0, count), from); });
    return out;
  }

  private draw<K extends Kind>(kind: K, count: number, size: number, use: Use<Machine[K]>, prepare?: (machine: Machine) => void): void {
    const here = machine ??= start();
    const { state, kernels, [kind]: numbers } = here;
    for (let from = 0; from < count; from += BLOCK) {
      const now = Math.min(BLOCK, count - from);
      // For every block, because whoever uses the numbers may draw from another stream.
      state.set(this.state);
      prepare?.(here);
      kernels[kind](now * size, 0);
      this.state.set(state);
      use(numbers, from, now);
    }
  }
}
