// What a run has learned, to be seen: reconstructions, where its codes lie, and the model beside principal components.
import { baselineText, beatsBaseline, type Baseline } from '../core/baseline.ts';
import { compareWithBaseline, verdictOf } from '../view/report/baseline.ts';
import { formatValue } from '../view/runs.ts';
import type { RunFacts } from './facts.ts';
import { dataUri, html, type Markup } from './html.ts';
import { planeOf, scatter } from './latent.ts';
import { sampleTable } from './samples.ts';
import { counted } from './words.ts';

/** "epoch 12, the best one", "epoch 10, the one kept that is nearest to the best, 12". */
function epochText({ bestEpoch }: RunFacts, epoch: number): string {
  if (bestEpoch === undefined) return `epoch ${epoch}`;
  return Math.round(bestEpoch) === epoch ? `epoch ${epoch}, the best one` : `epoch ${epoch}, of those kept the nearest to the best one, ${Math.round(bestEpoch)}`;
}

export function reconstructionSection(run: RunFacts): Markup | undefined {
  const { reconstructions, report: { lossName } } = run;
  if (reconstructions === undefined || reconstructions.samples.count === 0) return undefined;
  const { epoch, samples } = reconstructions;
  const told = [
    `Samples and what the model makes of them after ${epochText(run, epoch)}`,
    ...(samples.error === undefined ? [] : [`below each its own loss (${lossName})`]),
    'of the difference blue is too dark and red too light',
  ];
  return html`<section><h2>Reconstructions</h2><figure class="pictures">${sampleTable(samples)}<figcaption>${told.join('; ')}.</figcaption></figure></section>`;
}

export function latentSection(run: RunFacts): Markup | undefined {
  const { codes, manifold } = run;
  if (codes === undefined) return undefined;
  const plane = planeOf(codes);
  if (plane === undefined && manifold === undefined) return undefined;
  return html`<section><h2>Latent space</h2>${plane === undefined ? undefined : html`<figure>${scatter(codes, plane)}
<figcaption>The codes of ${counted(codes.count, 'sample')} after ${epochText(run, codes.epoch)}: ${plane.text}${codes.labels === undefined ? '' : ', each in the colour of its class'}.</figcaption></figure>`}
${manifold === undefined ? undefined : html`<figure><img src="${dataUri(manifold)}" alt="Images decoded from a grid of codes"><figcaption>The plane of codes, decoded on a grid with the weights that are the result of the training.</figcaption></figure>`}</section>`;
}

export function baselineSection({ report, run: { info } }: RunFacts): Markup | undefined {
  const found = compareWithBaseline(report);
  if (found === undefined) {
    return info?.baselineSkipped === undefined ? undefined : html`<section><h2>Beside principal components</h2><p>There is nothing to compare with: ${info.baselineSkipped}</p></section>`;
  }
  const { components, model, baseline } = found;
  const compared: Baseline = { components, mse: baseline, ...(model === undefined ? {} : { model }) };
  const most = Math.max(baseline, model ?? 0);
  const bar = (name: string, value: number, look: string) => html`<span>${name}</span><svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"><rect class="${look}" y="1" height="12" width="${most > 0 && Number.isFinite(value) ? Math.max(value / most * 100, 0.5).toFixed(1) : 0.5}"/></svg><span class="number">${formatValue(value)}</span>`;
  return html`<section><h2>Beside principal components</h2>
<p>Mean squared error of the validation samples. ${baselineText(compared, formatValue)}.</p>
<div class="bars">${model === undefined ? undefined : bar('Model', model, 'f0')}${bar(`PCA (${counted(components, 'component')})`, baseline, 'fm')}</div>
<p class="${beatsBaseline(compared) === false ? 'bad-word' : 'good'}">${model === undefined ? 'The mean squared error of the model was not measured.' : verdictOf(found)}</p></section>`;
}
