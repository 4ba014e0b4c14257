// Random numbers that depend only on where they are used. A stream is keyed by (seed, purpose, keys such as epoch and
// batch), so nothing needs to be stored to resume exactly and every engine sees the same numbers.
// Within a stream: sfc32 (C. Doty-Humphrey, PractRand), the fastest generator of that quality on 32-bit lanes.
// Normals: the ziggurat of G. Marsaglia and W. W. Tsang, "The Ziggurat Method for Generating Random Variables" (2000).

/** What a stream is for; two purposes never share numbers. */
export type Purpose = 'weights' | 'shuffle' | 'split' | 'corruption' | 'dropout' | 'latent' | 'glyphs' | 'sampling' | 'binarize' | 'views';

const purposes: Record<Purpose, number> = {
  weights: 1, shuffle: 2, split: 3, corruption: 4, dropout: 5, latent: 6, glyphs: 7, sampling: 8, binarize: 9, views: 10,
};

/** Finaliser of MurmurHash3 (A. Appleby): every input bit changes about half of the output bits. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a of a name, to key a stream by text. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const LAYERS = 128;
const R = 3.442619855899;          // start of the tail
const V = 9.91256303526217e-3;     // area of each layer
const zigguratK = new Uint32Array(LAYERS);
const zigguratW = new Float64Array(LAYERS);
const zigguratF = new Float64Array(LAYERS);
{
  const m = 2147483648;
  let x = R;
  let previous = R;
  const q = V / Math.exp(-0.5 * R * R);
  zigguratK[0] = (R / q) * m;
  zigguratK[1] = 0;
  zigguratW[0] = q / m;
  zigguratW[LAYERS - 1] = R / m;
  zigguratF[0] = 1;
  zigguratF[LAYERS - 1] = Math.exp(-0.5 * R * R);
  for (let i = LAYERS - 2; i >= 1; i--) {
    x = Math.sqrt(-2 * Math.log(V / previous + Math.exp(-0.5 * previous * previous)));
    zigguratK[i + 1] = (x / previous) * m;
    previous = x;
    zigguratF[i] = Math.exp(-0.5 * x * x);
    zigguratW[i] = x / m;
  }
}

export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, purpose: Purpose, ...keys: readonly number[]) {
    let h = mix(seed >>> 0) ^ mix(Math.floor(seed / 0x100000000) + 0x9e3779b9);
    h = mix(h ^ Math.imul(purposes[purpose], 0x9e3779b1));
    this.a = h | 0;
    let g = 0x6a09e667;
    for (const key of keys) {
      h = mix(h ^ mix((key >>> 0) + 0x3c6ef372));
      g = mix(g + h);
    }
    this.b = h | 0;
    this.c = g | 0;
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** What the next numbers depend on: a, b, c and the counter. */
  get words(): readonly [number, number, number, number] {
    return [this.a, this.b, this.c, this.counter];
  }

  /** Uniform over [0, 2³²). */
  uint32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** Uniform over [0, 1). */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform over the integers [0, n). */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal. */
  normal(): number {
    for (;;) {
      const bits = this.uint32() | 0;
      const layer = bits & (LAYERS - 1);
      if (Math.abs(bits) < zigguratK[layer]!) return bits * zigguratW[layer]!;
      if (layer === 0) {
        let x: number;
        let y: number;
        do {
          x = -Math.log(1 - this.uniform()) / R;
          y = -Math.log(1 - this.uniform());
        } while (y + y < x * x);
        return bits > 0 ? R + x : -R - x;
      }
      const x = bits * zigguratW[layer]!;
      if (zigguratF[layer]! + this.uniform() * (zigguratF[layer - 1]! - zigguratF[layer]!) < Math.exp(-0.5 * x * x)) return x;
    }
  }

  fillUniform(out: Float32Array, low = 0, high = 1): Float32Array {
    const scale = (high - low) / 4294967296;
    for (let i = 0; i < out.length; i++) out[i] = low + this.uint32() * scale;
    return out;
  }

  fillNormal(out: Float32Array, mean = 0, stddev = 1): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = mean + stddev * this.normal();
    return out;
  }

  /** The integers [0, n) in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const j = this.integer(i + 1);
      order[i] = order[j]!;
      order[j] = i;
    }
    return order;
  }
}

/** Random numbers a program wants with every batch (dropout masks, latent noise): its input `name`, of shape batch × perSample. */
export interface RandomFeed {
  readonly name: string;
  /** 'keep' is uint8, 1 with `probability` and else 0; the others are float32. */
  readonly kind: 'normal' | 'uniform' | 'keep';
  readonly probability?: number;
  readonly perSample: number;
}
