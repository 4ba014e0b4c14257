// Codes of a run in the plane, as the Latent Space view shows them: by principal components and by t-SNE, as pictures, and how well
// either keeps samples of a class together.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { arrange } from '../../src/analysis/arrange.ts';
import { drawText, newPicture, type Picture as Canvas } from '../../src/analysis/canvas.ts';
import { drawDisc } from '../../src/analysis/chart-pen.ts';
import { classColor } from '../../src/analysis/palette.ts';
import { principalComponents } from '../../src/analysis/pca.ts';
import { encodePng } from '../../src/analysis/png.ts';
import { Tsne } from '../../src/analysis/tsne.ts';
import { runFiles } from '../../src/runs/events.ts';
import { readTensors } from '../../src/runs/reader.ts';
import type { Lab, TrainedRun } from './lab.ts';

export interface Codes {
  readonly count: number;
  readonly size: number;
  /** count × size. */
  readonly values: Float32Array;
  readonly labels: Int32Array;
}

/** Codes of some validation samples after an epoch (from 1), the last one when left out; of more than `most`, evenly spread ones. */
export async function codesOf(run: TrainedRun, { epoch, most = Infinity }: { readonly epoch?: number; readonly most?: number } = {}): Promise<Codes> {
  const at = epoch ?? run.curve('train').length;
  const tensor = (await readTensors(path.join(run.folder, runFiles.latent(at)))).tensors['code']!;
  const labels = (await readTensors(path.join(run.folder, runFiles.latentSamples))).tensors['labels'];
  const [all, size] = tensor.shape as [number, number];
  const count = Math.min(all, most);
  const values = new Float32Array(count * size);
  const kept = Array.from({ length: count }, (_, i) => Math.floor(i * all / count));
  kept.forEach((from, i) => { values.set(tensor.data.subarray(from * size, (from + 1) * size) as Float32Array, i * size); });
  return { count, size, values, labels: Int32Array.from(kept, from => (labels === undefined ? 0 : Number(labels.data[from]))) };
}

/** count × 2. */
export type Places = Float64Array;

export function byComponents({ values, count, size }: Codes): Places {
  const { mean, components } = principalComponents(values, count, size, 2);
  return Float64Array.from({ length: count * 2 }, (_, k) => {
    const [sample, component] = [k >> 1, k & 1];
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (values[sample * size + d]! - mean[d]!) * components[component * size + d]!;
    return sum;
  });
}

export function byNeighbours({ values, count, size }: Codes): Places {
  const tsne = new Tsne(values, count, size);
  tsne.run();
  return tsne.places;
}

/** Share of the samples whose nearest other one in the plane is of their class. */
export function purity(places: Places, labels: Int32Array): number {
  let own = 0;
  for (let i = 0; i < labels.length; i++) {
    let [nearest, least] = [-1, Infinity];
    for (let j = 0; j < labels.length; j++) {
      const distance = (places[2 * i]! - places[2 * j]!) ** 2 + (places[2 * i + 1]! - places[2 * j + 1]!) ** 2;
      if (j !== i && distance < least) [nearest, least] = [j, distance];
    }
    own += Number(labels[nearest] === labels[i]);
  }
  return own / labels.length;
}

/** The purity that places would have by chance: the chance that two samples are of one class. */
export function purityByChance(labels: Int32Array): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0) / (labels.length * (labels.length - 1));
}

const SIDE = 420;
const MARGIN = 30;

function scatter(title: string, places: Places, labels: Int32Array): Canvas {
  const picture = newPicture(SIDE, SIDE);
  drawText(picture, title, SIDE / 2, 8, 11, 'center');
  const axis = (which: 0 | 1): ((sample: number) => number) => {
    const values = Float64Array.from({ length: labels.length }, (_, i) => places[2 * i + which]!);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return sample => MARGIN + (values[sample]! - least) / (most - least || 1) * (SIDE - 2 * MARGIN);
  };
  const [x, y] = [axis(0), axis(1)];
  labels.forEach((label, i) => { drawDisc(picture, [x(i), SIDE - y(i)], 2, classColor(label)); });
  return picture;
}

/** Both planes side by side as a PNG. */
export function writePlanes(lab: Lab, name: string, planes: readonly { readonly title: string; readonly places: Places }[], labels: Int32Array): string {
  const file = path.join(lab.options.folder, 'charts', `${name}.png`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, encodePng(arrange([planes.map(({ title, places }) => scatter(title, places, labels))])));
  return file;
}
