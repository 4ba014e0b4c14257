// Where the codes of a run lie: a code of two numbers as it is, more of them by their first two principal components, a single one
// against the loss of its sample.
import { principalComponents } from '../analysis/pca.ts';
import { placeLabels, type Candidate } from '../view/labels.ts';
import { categoryCount } from '../view/palette.ts';
import { percent } from '../view/report/confusion.ts';
import { axes, layoutChart, textWidth, type Chart } from './chart.ts';
import type { Codes } from './facts.ts';
import { html, type Markup } from './html.ts';

export interface Plane {
  /** One of each for every sample. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** What the plane is, within a sentence. */
  readonly text: string;
}

/** Numbers of a code beyond which its covariance takes too long. */
const LARGEST = 2048;
const SIZE = { width: 640, height: 520 };
/** More points are not told apart. */
const MOST_POINTS = 5000;
/** More names would hide the points. */
const MOST_NAMES = 20;

/** Undefined where there is no plane to show. */
export function planeOf({ code, count, size, error }: Codes): Plane | undefined {
  const column = (dimension: number) => Array.from({ length: count }, (_, i) => code[i * size + dimension]!);
  if (count === 0 || size === 0 || size > LARGEST) return undefined;
  if (size === 2) return { x: column(0), y: column(1), xTitle: 'z1', yTitle: 'z2', text: 'the code is two numbers' };
  if (size === 1) return error === undefined ? undefined : { x: column(0), y: Array.from(error), xTitle: 'z', yTitle: 'loss', text: 'the code is one number; beside it the loss of the sample' };
  const { mean, components, variance, totalVariance } = principalComponents(code, count, size, 2);
  const along = (k: 0 | 1) => Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (code[i * size + d]! - mean[d]!) * components[k * size + d]!;
    return sum;
  });
  const share = (k: 0 | 1) => (totalVariance > 0 ? percent(variance[k]! / totalVariance, 0) : '0 %');
  return {
    x: along(0), y: along(1), xTitle: `first principal component (${share(0)} of the variance)`, yTitle: `second (${share(1)})`,
    text: `the ${size.toLocaleString('en')} numbers of a code projected on their first two principal components`,
  };
}

/** The samples as dots in the colours of their classes, the names of these where most of theirs lie. */
export function scatter({ labels, classNames }: Codes, plane: Plane): Markup {
  const stride = Math.max(1, Math.ceil(plane.x.length / MOST_POINTS));
  const shown = plane.x.flatMap((x, i) => (i % stride === 0 && Number.isFinite(x) && Number.isFinite(plane.y[i]) ? [i] : []));
  const of = (values: readonly number[], samples: readonly number[]) => samples.map(i => values[i]!);
  const chart: Chart = {
    title: '', xTitle: plane.xTitle, yTitle: plane.yTitle,
    lines: [{ name: '', x: of(plane.x, shown), y: of(plane.y, shown), mark: 'circle', dash: [], width: 1 }],
  };
  const layout = layoutChart(chart, SIZE);
  const { toX, toY, left, right, top, bottom } = layout;
  const groups = labels === undefined ? [{ color: 0, name: undefined, samples: shown }]
    : [...classNames].map(([label, name], i) => ({ color: i % categoryCount, name, samples: shown.filter(sample => labels[sample] === label) })).filter(({ samples }) => samples.length > 0);
  const dots = groups.map(({ color, samples }) => html`<path class="dots s${color}" stroke-width="4" d="${samples.map(i => `M${toX(plane.x[i]!).toFixed(1)} ${toY(plane.y[i]!).toFixed(1)}h0`).join('')}"/>`);
  const named = groups.length > MOST_NAMES ? [] : groups.flatMap(({ name, samples }) => (name === undefined ? [] : [{ name, x: toX(median(of(plane.x, samples))), y: toY(median(of(plane.y, samples))) }]));
  const placed = placeLabels({ left, top, width: right - left, height: bottom - top }, named.map(placesOf), { marks: [], curves: [] });
  const classes = groups.flatMap(({ name }) => name ?? []);
  return html`<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="Codes of ${shown.length} samples${classes.length === 0 ? undefined : `, by class: ${classes.join(', ')}`}.">${axes(layout, chart, SIZE)}
${dots}${placed.map((box, i) => html`<text class="over name" x="${box.left.toFixed(1)}" y="${(box.top + 11).toFixed(1)}">${named[i]!.name}</text>`)}</svg>${
  groups.length < 2 ? undefined : html`<ul class="legend">${groups.map(({ color, name }) => html`<li><svg viewBox="0 0 28 12" aria-hidden="true"><circle class="f${color}" cx="14" cy="6" r="4"/></svg>${name}</li>`)}</ul>`}`;
}

/** At the middle of a class, else a little beside it. */
function placesOf({ name, x, y }: { readonly name: string; readonly x: number; readonly y: number }): readonly Candidate[] {
  const size = { width: textWidth(name, 12.5), height: 15 };
  return [[0, 0], [0, -15], [0, 15], [-30, 0], [30, 0], [0, -30], [0, 30], [-60, 0], [60, 0]].map(([dx, dy]) => ({ ...size, at: [x + dx!, y + dy!] as const }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
