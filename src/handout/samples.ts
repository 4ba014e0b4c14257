// Samples of one epoch as a table of small pictures, original above reconstruction: every number of a sample is a square, nothing is
// smoothed, on the screen or on paper.
import { reconstructionRows, type ReconstructedSamples, type SampleRow } from '../analysis/pictures.ts';
import { encodePng } from '../analysis/png.ts';
import { wholeScale } from '../analysis/layout.ts';
import { sizeOf } from '../core/tensor.ts';
import { formatNumber } from '../view/runs.ts';
import { dataUri, html, type Markup } from './html.ts';

/** Samples side by side, as many as a page of paper takes. */
const ACROSS = 8;
const MOST = 24;
/** Wanted size of a picture. */
const CELL = 62;
/** Codes of so few numbers are told as numbers. */
const TOLD = 3;

export function sampleTable(all: ReconstructedSamples): Markup {
  const samples = { ...all, count: Math.min(all.count, MOST) };
  const rows = reconstructionRows(samples);
  const bands = Array.from({ length: Math.ceil(samples.count / ACROSS) }, (_, band) => Array.from({ length: Math.min(ACROSS, samples.count - band * ACROSS) }, (_, i) => band * ACROSS + i));
  const { labels, error } = samples;
  return html`${bands.map(band => html`<div class="wide"><table class="samples">
${labels === undefined ? undefined : html`<thead><tr><td></td>${band.map(i => html`<th scope="col">${labels[i]}</th>`)}</tr></thead>`}
<tbody>${rows.map(row => html`<tr><th scope="row">${row.row}${row.note === undefined || toldAsNumbers(row, samples) ? undefined : html`<small>${row.note}</small>`}</th>${band.map(i => html`<td>${cell(row, samples, i)}</td>`)}</tr>
`)}${error === undefined ? undefined : html`<tr><th scope="row">loss</th>${band.map(i => html`<td>${formatNumber(Number(error[i]!.toPrecision(3)))}</td>`)}</tr>`}</tbody></table></div>`)}`;
}

function toldAsNumbers({ row }: SampleRow, { latentShape }: ReconstructedSamples): boolean {
  return row === 'code' && sizeOf(latentShape) <= TOLD;
}

function cell(row: SampleRow, samples: ReconstructedSamples, i: number): Markup {
  const { code, latentShape } = samples;
  if (toldAsNumbers(row, samples) && code !== undefined) {
    const size = sizeOf(latentShape);
    return html`${Array.from({ length: size }, (_, d) => html`${d === 0 ? undefined : html`<br>`}${code[i * size + d]!.toFixed(2).replace('-', '−')}`)}`;
  }
  const picture = row.pictures[i]!;
  const scale = row.row === 'code' ? Math.max(1, Math.floor(CELL / Math.max(picture.width, picture.height))) : wholeScale(Math.max(picture.width, picture.height), CELL);
  return html`<img src="${dataUri(encodePng(picture))}" width="${picture.width * scale}" height="${picture.height * scale}" alt="${row.row} of sample ${i + 1}">`;
}
