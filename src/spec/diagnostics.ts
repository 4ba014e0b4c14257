// What the checker says: one record per finding, precise enough for a squiggle, a terminal line and a quick fix.

export type Severity = 'error' | 'warning';
export type SpecPath = readonly (string | number)[];

/** Stable names of findings: tests, quick fixes and documentation refer to them. */
export type DiagnosticCode =
  | 'syntax' | 'duplicate-key'
  | 'unknown-key' | 'unknown-value' | 'missing-key' | 'wrong-type' | 'out-of-range' | 'wrong-length'
  | 'bad-path'
  | 'duplicate-layer-name' | 'bad-layer-name' | 'output-padding' | 'output-range' | 'no-effect' | 'conflict' | 'empty-range' | 'bad-shape'
  | 'needs-vector' | 'needs-image' | 'kernel-too-large' | 'size-mismatch' | 'output-shape' | 'cannot-mirror';

export interface Fix {
  /** For a menu: "Replace by \"units\"". */
  readonly title: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

export interface Diagnostic {
  /** The file, or the option when the finding is about a value given with --set. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** From 1, as editors show them. */
  readonly line: number;
  readonly column: number;
  /** Where in the spec: "encoder[2].units"; empty for the whole file. */
  readonly path: string;
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  /**
   * Which check found it. 'syntax' and 'schema' findings are also those of an editor that knows the JSON Schema; 'meaning'
   * needs several keys together, 'shape' the shape of the data.
   */
  readonly kind: 'syntax' | 'schema' | 'meaning' | 'shape';
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly cure: string;
  readonly fix?: Fix;
}

/** "samples/a.aeconf:3:15: error: encoder[0].units: ... Cure." */
export function formatDiagnostic(d: Diagnostic): string {
  const place = d.line > 0 ? `${d.file}:${d.line}:${d.column}` : d.file;
  const where = d.path === '' ? '' : `${d.path}: `;
  return `${place}: ${d.severity}: ${where}${d.message} ${d.cure}`.trimEnd();
}

/** ["encoder", 2, "units"] → "encoder[2].units"; a key that is itself a path, as in a sweep, stands in brackets. */
export function formatPath(path: SpecPath): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : /[.[]/.test(step) ? `["${step}"]` : text === '' ? step : `.${step}`;
  return text;
}

/** Line and column, both from 1, of an offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) {
    line++;
    start = i + 1;
  }
  return { line, column: offset - start + 1 };
}

/** Edit distance in which a swap of neighbours counts once (Damerau, 1964; optimal string alignment). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** How people who know other libraries write our words. */
const synonyms: Readonly<Record<string, string | readonly string[]>> = {
  lr: 'learningRate', rate: 'learningRate', conv: 'conv2d', convtranspose: 'conv2dTranspose', deconv: 'conv2dTranspose', conv2dt: 'conv2dTranspose',
  linear: 'dense', fullyconnected: 'dense', batchnorm: 'batchNormalization', bn: 'batchNormalization', maxpool: 'maxPooling2d', maxpool2d: 'maxPooling2d',
  averagepool: 'averagePooling2d', avgpool: 'averagePooling2d', upsample: 'upSampling2d', bce: 'binaryCrossentropy', crossentropy: 'binaryCrossentropy',
  meansquarederror: 'mse', l2: 'mse', l1: 'mae', silu: 'swish', salt: 'saltAndPepper', noise: ['gaussian', 'corruption'], normal: 'gaussian',
  gradientclipping: 'clipNorm', gradientclip: 'clipNorm', gradclip: 'clipNorm', clipping: 'clipNorm', maxgradnorm: 'globalClipNorm',
};

/** What a machine decides and no config, which is to train anywhere: where that is said instead. */
const ofMachines: ReadonlyMap<string, string> = new Map([
  ...['device', 'devices', 'gpu', 'accelerator'].map(key => [key, 'The machine says where it is trained, not the config: --device, or the setting autoencoder.device.'] as const),
  ...['threads', 'numThreads'].map(key => [key, 'The machine says with how many, not the config: --threads, or the setting autoencoder.threads.'] as const),
]);

/** The cure for a key of the spec that is a matter of the machine. */
export function ofMachine(path: SpecPath): string | undefined {
  const key = path.at(-1);
  return typeof key === 'string' && (path.length === 1 || (path.length === 2 && path[0] === 'training')) ? ofMachines.get(key) : undefined;
}

const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The known word that says the same as what was written: but for case, "_" and "-", or in the words of another library. */
export function sameWord(written: string, known: readonly string[]): string | undefined {
  const wanted = plain(written);
  const others = Object.hasOwn(synonyms, wanted) ? [synonyms[wanted]!].flat() : [];
  return known.find(word => plain(word) === wanted) ?? known.find(word => others.includes(word));
}

/** The known word nearest to what was written, or undefined when none is near. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const wanted = plain(written);
  let best = sameWord(written, known);
  if (best !== undefined) return best;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const word of known) {
    const d = distance(wanted, plain(word));
    if (d < bestDistance) {
      best = word;
      bestDistance = d;
    }
  }
  return best;
}
