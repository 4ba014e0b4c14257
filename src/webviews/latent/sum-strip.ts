// The row below the picture that shows A − B + C of three chosen samples: the samples, what the decoder makes of the sum, and the
// nearest other sample.
import { html, nothing, type TemplateResult } from 'lit';
import { button, iconButton, segments } from '../shared/toolkit.ts';
import { codeText, hintText } from './cards.ts';
import type { Cell } from './export-picture.ts';
import type { Explorer } from './explorer.ts';

const NAMES = 'ABC';
const SIGNS = ['', '−', '+'];
/** Numbers of a code that have room beside the pictures; all of them stand in its title. */
const MOST_NUMBERS = 8;

/** Whether chosen points are joined or added up. */
export function stripChoice(explorer: Explorer): TemplateResult {
  return segments({
    label: 'Chosen points', value: explorer.view.strip,
    choices: [
      { value: 'path', label: 'Interpolation', title: 'What lies between two points' },
      { value: 'sum', label: 'A − B + C', title: 'What differs between A and B, added to C' },
    ],
    onChange: strip => explorer.setView({ strip }),
  });
}

/** What became of the sum before it was decoded, or why it is no code of the latent. */
function sumNote(explorer: Explorer, code: Float32Array): TemplateResult | typeof nothing {
  const beyond = explorer.beyond(code);
  if (beyond !== undefined) return html`<span class="beyond-note small"><span class="codicon codicon-warning" aria-hidden="true"></span>${beyond}</span>`;
  return explorer.brought === undefined ? nothing : html`<span class="muted small">${explorer.brought}</span>`;
}

const nameOf = (explorer: Explorer, sample: number): string => explorer.className(sample) ?? `sample ${sample + 1}`;

export function sumStrip(explorer: Explorer, exportPng: () => void): TemplateResult {
  const { chosen, shape, sampleData } = explorer;
  const { samples } = chosen;
  const sum = chosen.sum.now;
  const original = (sample: number | undefined, label: string, caption: TemplateResult | string) => html`<figure class="end">${sample === undefined || sampleData === undefined
    ? html`<div class="placeholder" aria-hidden="true"></div>`
    : html`<ae-picture .values=${sampleData.original} .sample=${sample} .shape=${shape} label=${label}></ae-picture><figcaption>${caption}</figcaption>`}</figure>`;
  const sign = (text: string) => html`<span class="sign" aria-hidden="true">${text}</span>`;
  const nearest = sum?.nearest;
  return html`<section class="strip" aria-label="A − B + C"><div class="strip-head">${stripChoice(explorer)}
      ${sum === undefined ? html`<p class="muted hint">${hintText(explorer)}</p>` : html`<p class="muted hint number" title=${codeText(sum.codes)}>code ${codeText(sum.codes, MOST_NUMBERS)}</p>
        ${sumNote(explorer, sum.codes)}
        ${button({ label: 'Probe', title: 'Take the probe and its sliders to this code', onClick: () => explorer.probe.put(sum.codes.slice()) })}
        ${iconButton({ label: 'Save this sum as PNG', icon: 'desktop-download', onClick: exportPng })}`}
      ${samples.length === 0 ? nothing : iconButton({ label: 'Clear the sum', icon: 'close', onClick: () => chosen.letGo() })}</div>
    <div class="strip-row sum-row ${samples.length > 0 ? 'begun' : ''}" role="group" aria-label="A − B + C" tabindex="0">
      ${[0, 1, 2].map(k => html`${k === 0 ? nothing : sign(SIGNS[k]!)}${original(samples[k], `Original ${NAMES[k]!}`, html`<span class="badge">${NAMES[k]}</span>${samples[k] === undefined ? '' : nameOf(explorer, samples[k])}`)}`)}
      ${sign('=')}
      <figure class="end">${sum === undefined ? html`<div class="placeholder" aria-hidden="true"></div>`
        : html`<ae-picture .values=${sum.values} .shape=${shape} label="A − B + C, decoded"></ae-picture><figcaption>decoded</figcaption>`}</figure>
      ${original(nearest, 'Nearest other sample', nearest === undefined ? '' : `nearest: ${nameOf(explorer, nearest)}`)}
    </div>
    <p class="visually-hidden" aria-live="polite">${sum === undefined || nearest === undefined ? '' : `A − B + C is decoded. The nearest other sample is ${nameOf(explorer, nearest)}.`}</p>
  </section>`;
}

/** The strip as cells of a PNG; undefined before the sum is decoded. */
export function sumCells(explorer: Explorer): Cell[] | undefined {
  const { chosen, sampleData } = explorer;
  const sum = chosen.sum.now;
  if (sum?.values === undefined || sampleData === undefined) return undefined;
  const cell = (sample: number, caption: string): Cell => ({ values: sampleData.original, sample, caption: [caption, nameOf(explorer, sample)] });
  return [
    ...chosen.samples.map((sample, k) => cell(sample, `${SIGNS[k]!} ${NAMES[k]!}`.trim())),
    { values: sum.values, sample: 0, caption: ['= decoded', codeText(sum.codes, 3)] },
    ...(sum.nearest === undefined ? [] : [cell(sum.nearest, 'nearest')]),
  ];
}
