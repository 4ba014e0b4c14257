// A sum of codes, of samples and of the means of classes, decoded beside its terms.
import { nearestCode, sumOfCodes, termText, type Term } from '../analysis/arithmetic.ts';
import { sumPicture, type Summand } from '../analysis/sums.ts';
import { StudioError } from '../core/errors.ts';
import { scaled, spreadPositions, takeSamples } from './evaluate.ts';
import type { Generated } from './generate.ts';
import { admissible } from './generate-codes.ts';
import type { OpenedRun } from './opened-run.ts';
import { judgedSplit } from './views.ts';

/** Samples whose codes make the means of classes, and among which the nearest to the result is looked for. */
const MOST_SAMPLES = 10_000;

/** @throws StudioError('usage') when a term means no sample or no class. */
export async function arithmetic(run: OpenedRun, terms: readonly Term[]): Promise<Generated> {
  const { experiment, evaluator, name: runName } = run;
  const { dataset, codeSize, features } = experiment;
  const split = judgedSplit(experiment);
  const named = terms.flatMap(({ of }) => ('sample' in of ? [of.sample] : []));
  const beyond = named.find(sample => sample >= split.count);
  if (beyond !== undefined) throw new StudioError('usage', `There is no sample #${beyond}: ${dataset.name} has ${split.count} to be judged on, #0 to #${split.count - 1}.`);
  const labels = terms.map(({ of }) => ('label' in of ? labelOf(of.label, dataset.classNames, split.labels) : undefined));

  const others = spreadPositions(MOST_SAMPLES, split.count);
  const positions = Int32Array.from(new Set([...named, ...others]));
  const samples = takeSamples(experiment, split, positions);
  const clean = scaled(samples.values, dataset.scale);
  // Codes of clean samples, also where the model was trained on noisy ones.
  const { code: codes } = await evaluator.locate(samples.corrupted ? { ...samples, corrupted: clean } : samples);
  const codeAt = (i: number): Float32Array => codes.subarray(i * codeSize, (i + 1) * codeSize);
  const sampleAt = (i: number): Float32Array => clean.subarray(i * features, (i + 1) * features);
  const codeOfTerm = ({ of }: Term, label: number | undefined): Float32Array => ('sample' in of ? codeAt(positions.indexOf(of.sample)) : meanCode(codes, codeSize, samples.labels!, label!));

  const parts = terms.map((term, i) => ({ ...term, code: codeOfTerm(term, labels[i]) }));
  const sum = admissible(run, sumOfCodes(parts));
  const decoded = await evaluator.decode(Float32Array.from([...parts.flatMap(({ code }) => [...code]), ...sum]));
  const imageAt = (i: number): Float32Array => decoded.subarray(i * features, (i + 1) * features);
  const nameAt = (i: number): string => {
    const label = samples.labels?.[i];
    return `sample ${positions[i]}${label === undefined ? '' : ` (${dataset.classNames?.[label] ?? label})`}`;
  };
  const nearest = nearestCode(codes, sum, named.map(sample => positions.indexOf(sample)));
  const summands: Summand[] = parts.map((term, i) => {
    const place = 'sample' in term.of ? positions.indexOf(term.of.sample) : undefined;
    return { label: termText(term, i === 0), decoded: imageAt(i), ...(place === undefined ? {} : { sample: { values: sampleAt(place), label: nameAt(place) } }) };
  });
  summands.push({ label: '= the sum', decoded: imageAt(parts.length), ...(nearest === undefined ? {} : { sample: { values: sampleAt(nearest), label: `nearest: ${nameAt(nearest)}` } }) });
  const text = terms.map((term, i) => termText(term, i === 0)).join(' ');
  const note = `${text}${nearest === undefined ? '' : `; the nearest other one is ${nameAt(nearest)}`}`;
  return { picture: sumPicture(dataset.shape, summands, `${runName}: ${text}`), codes: sum, note };
}

function labelOf(name: string, classNames: readonly string[] | undefined, labels: ArrayLike<number> | undefined): number {
  if (labels === undefined || classNames === undefined) throw new StudioError('usage', `mean(${name}) needs labels, and these samples have none. Name samples, as in "#12 - #40 + #7".`);
  const label = classNames.findIndex(each => each.toLowerCase() === name.toLowerCase());
  if (label === -1) throw new StudioError('usage', `There is no class "${name}". There are ${classNames.slice(0, 20).join(', ')}${classNames.length > 20 ? ', ...' : ''}.`);
  return label;
}

/** @throws StudioError('usage') when no sample has the label. */
function meanCode(codes: Float32Array, size: number, labels: Int32Array, label: number): Float32Array {
  const mean = new Float64Array(size);
  let count = 0;
  labels.forEach((each, i) => {
    if (each !== label) return;
    count++;
    for (let d = 0; d < size; d++) mean[d]! += codes[i * size + d]!;
  });
  if (count === 0) throw new StudioError('usage', 'A class of the sum has no sample among those the model is judged on.');
  return Float32Array.from(mean, total => total / count);
}
