// Templates beside the picture's middle: the card at the pointer, the row of interpolated images, the line of text that says what
// is to be seen.
import { html, nothing, type TemplateResult } from 'lit';
import { baselineNote } from '../shared/baseline.ts';
import { formatNumber } from '../../view/runs.ts';
import { button, iconButton, segments, slider, waitIcon } from '../shared/toolkit.ts';
import { MOST_EMBEDDED } from './embedding.ts';
import type { Explorer } from './explorer.ts';
import { nextHint } from './hints.ts';
import { formatShare } from './overlay.ts';
import './picture.ts';

/** "0.42, −1.3, 2.07 … (50 numbers)": the first numbers of a code. */
export function codeText(code: ArrayLike<number>, most = code.length): string {
  const shown = Array.from({ length: Math.min(most, code.length) }, (_, d) => formatNumber(Number(code[d]!.toFixed(3))));
  return shown.join(', ') + (code.length > most ? ` … (${code.length} numbers)` : '');
}

/** What is under the pointer. */
export function hoverCard(explorer: Explorer): TemplateResult | typeof nothing {
  const { frame, sampleData, shape } = explorer;
  const hover = explorer.hover.now;
  if (hover === undefined || frame === undefined || sampleData === undefined) return nothing;
  if (hover.target.kind === 'place') {
    const beyond = explorer.beyond(hover.codes);
    return html`<div class="pair alone">${figure('decoded here', html`<ae-picture .values=${hover.values} .shape=${shape} label="What this place decodes to"></ae-picture>`)}</div>
      <p class="number">${codeText(hover.codes, 4)}</p>
      ${beyond === undefined ? nothing : html`<p class="beyond-note"><span class="codicon codicon-warning" aria-hidden="true"></span>${beyond}</p>`}`;
  }
  const sample = hover.target.index;
  const name = explorer.className(sample);
  return html`<div class="pair">
      ${figure('original', html`<ae-picture .values=${sampleData.original} .sample=${sample} .shape=${shape} label="Original"></ae-picture>`)}
      ${figure('reconstruction', html`<ae-picture .values=${hover.values} .shape=${shape} label="Reconstruction"></ae-picture>`)}
    </div>
    <p>${name === undefined ? nothing : html`<strong>${name}</strong> · `}error <span class="number">${formatNumber(frame.error[sample]!)}</span></p>
    <p class="number muted">${codeText(hover.codes, 4)}</p>`;
}

export function figure(caption: string | TemplateResult, picture: TemplateResult): TemplateResult {
  return html`<figure>${picture}<figcaption>${caption}</figcaption></figure>`;
}

/** The row of images on the way from A to B. @param choice of what becomes of chosen points. */
export function pathStrip(explorer: Explorer, choice: TemplateResult, exportPng: () => void): TemplateResult {
  const { chosen, view, shape, sampleData } = explorer;
  const path = chosen.path.now;
  const head = (hint: TemplateResult | typeof nothing) => html`<div class="strip-head">${choice}${hint}
    ${path === undefined ? nothing : html`
      ${segments({ label: 'Way', value: view.way, choices: [{ value: 'linear', label: 'Linear', title: 'The straight way between the codes' }, { value: 'spherical', label: 'Spherical', title: 'Along the sphere around zero: for normal latents' }], onChange: way => explorer.setView({ way }) })}
      ${slider({ label: 'Images', value: view.steps, min: 3, max: 21, step: 2, format: String, onInput: steps => explorer.setView({ steps }) })}
      ${explorer.brought === undefined ? nothing : html`<span class="muted small">${explorer.brought}</span>`}
      <span class="spacer"></span>
      ${iconButton({ label: 'Save these images as PNG', icon: 'desktop-download', onClick: exportPng })}`}
    ${chosen.samples.length === 0 ? nothing : iconButton({ label: 'Clear the interpolation', icon: 'close', onClick: () => chosen.letGo() })}
  </div>`;
  if (path === undefined || sampleData === undefined) {
    const hint = html`<p class="muted hint">${hintText(explorer)}</p>`;
    // Empty frames keep the place, so that the picture does not jump when the images come.
    return html`<section class="strip" aria-label="Interpolation">${head(hint)}<div class="strip-row placeholders" aria-hidden="true">
      ${Array.from({ length: view.steps + 2 }, () => html`<figure><div class="placeholder"></div></figure>`)}</div></section>`;
  }
  return html`<section class="strip" aria-label="Interpolation">${head(nothing)}<div class="strip-row" tabindex="0" role="group" aria-label="Images from A to B; arrow keys go along them, Enter puts the probe there"
    @pointerleave=${() => chosen.showStep(undefined)} @keydown=${(event: KeyboardEvent) => stepKey(explorer, event)}>
    ${endFigure(explorer, 0)}
    ${Array.from({ length: path.count }, (_, k) => html`<figure class="step ${chosen.step === k ? 'current' : ''}" @pointerenter=${() => chosen.showStep(k)}
      @click=${() => explorer.probeStep(k)}>
      <ae-picture .values=${path.values} .sample=${k} .shape=${shape} label=${`Decoded at ${Math.round((100 * k) / (path.count - 1))} % of the way`}></ae-picture>
      <figcaption>${Math.round((100 * k) / (path.count - 1))} %</figcaption></figure>`)}
    ${endFigure(explorer, 1)}
  </div></section>`;
}

/** Along the way by keys; the picture shows where. */
function stepKey(explorer: Explorer, event: KeyboardEvent): void {
  const { chosen } = explorer;
  const last = (chosen.path.now?.count ?? 0) - 1;
  const at = chosen.step;
  const target = { ArrowLeft: at === undefined ? last : Math.max(at - 1, 0), ArrowRight: at === undefined ? 0 : Math.min(at + 1, last), Home: 0, End: last }[event.key];
  if (target !== undefined) chosen.showStep(target);
  else if (event.key === 'Enter' && at !== undefined) explorer.probeStep(at);
  else return;
  event.preventDefault();
}

function endFigure(explorer: Explorer, which: 0 | 1): TemplateResult {
  const sample = explorer.chosen.samples[which]!;
  const name = explorer.className(sample);
  return html`<figure class="end"><ae-picture .values=${explorer.sampleData!.original} .sample=${sample} .shape=${explorer.shape} label=${`Original ${'AB'[which]!}`}></ae-picture>
    <figcaption><span class="badge">${'AB'[which]!}</span>${name ?? 'original'}</figcaption></figure>`;
}

/** "“7”", or where there are no classes "sample 12". */
export function sampleName(explorer: Explorer, sample: number): string {
  const name = explorer.className(sample);
  return name === undefined ? `sample ${sample + 1}` : `“${name}”`;
}

/** What can be done next with points. */
export function hintText(explorer: Explorer): string {
  const { chosen: { samples }, view, decoder, byKeys } = explorer;
  const nearest = byKeys ? explorer.nearestToProbe() : undefined;
  return nextHint({
    strip: view.strip, chosen: samples.map(sample => sampleName(explorer, sample)), decoder: decoder.state.kind, byKeys,
    ...(nearest === undefined ? {} : { nearest: { name: sampleName(explorer, nearest), chosen: samples.includes(nearest) } }),
  });
}

/** One line on what is shown; the words a screen reader hears. */
export function summary(explorer: Explorer): TemplateResult {
  const { frame, run } = explorer;
  if (frame === undefined || run === undefined) return html``;
  const [first, second] = frame.projection.axes;
  const { embedding } = explorer;
  if (frame.choice.mode === 'tsne') {
    const shown = Math.min(frame.count, MOST_EMBEDDED);
    const part = shown < frame.count ? html`${shown.toLocaleString('en')} of ` : nothing;
    return html`<span>${part}${frame.count.toLocaleString('en')} validation samples · mean ${run.lossName} <span class="value">${formatNumber(explorer.meanError)}</span>${baselineNote(run.run.baseline)} ·
      ${embedding.busy ? html`t-SNE <span class="value">${Math.floor(100 * embedding.progress)} %</span>${embedding.epoch === undefined || embedding.epoch === frame.epoch ? nothing : html`, places of epoch ${embedding.epoch}`}` : 't-SNE keeps neighbours; distances between groups mean little'}</span>`;
  }
  const kept = first.share === undefined ? nothing
    : html` · the plane keeps <span class="value">${formatShare(first.share + (second.share ?? 0))}</span> of the variance of ${frame.size} dimensions`;
  return html`<span>${frame.count.toLocaleString('en')} validation samples · mean ${run.lossName} <span class="value">${formatNumber(explorer.meanError)}</span>${baselineNote(run.run.baseline)}${kept}</span>`;
}

/** Said when the decoder does not belong to the codes shown, or does not work. */
export function decoderNote(explorer: Explorer): TemplateResult | typeof nothing {
  const { decoder: { state }, frame } = explorer;
  switch (state.kind) {
    case 'none':
    case 'loading':
      return html`<p class="note"><span class="codicon codicon-${waitIcon}" aria-hidden="true"></span>Loading the decoder…</p>`;
    case 'failed':
      return html`<p class="note warning"><span class="codicon codicon-warning" aria-hidden="true"></span>${state.message}
        ${button({ label: 'Try again', onClick: () => explorer.client.run(explorer.decoder.retry()) })}</p>`;
    case 'ready':
      return frame === undefined || frame.epoch === state.epoch ? nothing
        : html`<p class="note"><span class="codicon codicon-info" aria-hidden="true"></span>Points of epoch ${frame.epoch}, decoded by the decoder of epoch ${state.epoch}.</p>`;
  }
}

/** For screen readers: where the probe is, told when it moves. */
export function probeText(explorer: Explorer): string {
  const { moved, now } = explorer.probe;
  if (!moved || now === undefined) return '';
  const nearest = explorer.nearestToProbe();
  const name = nearest === undefined ? undefined : explorer.className(nearest) ?? `sample ${nearest + 1}`;
  const beyond = explorer.beyond(now.codes);
  return `Probe at ${codeText(now.codes, 4)}. ${beyond === undefined ? '' : `${beyond} `}${name === undefined ? 'No sample near.' : `Nearest: ${name}.`}`;
}
