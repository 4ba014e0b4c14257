// Templates of the tool bar and the side panel: probe with its sliders, classes, random samples, table.
import { html, nothing, svg, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { markPath } from '../../view/marks.ts';
import { categoryMark, sequentialColor } from '../../view/palette.ts';
import { describeRun, formatNumber, formatValue } from '../../view/runs.ts';
import { button, checkbox, dropdown, icon, iconButton, segments, slider, type Choice } from '../shared/toolkit.ts';
import { codeText, figure } from './cards.ts';
import { classLetters } from './class-letters.ts';
import type { Explorer } from './explorer.ts';
import type { Frame } from './frame.ts';
import { RANDOM_CODES } from './random-codes.ts';
import { sampleOrder, type SortKey } from './sample-order.ts';
import { percentile, samplingKinds, type SamplingKind } from './statistics.ts';

/** Sliders shown at first, and so many more at every wish. */
const ROWS = 48;

/** What the panels remember by themselves; not worth keeping over reloads. */
export interface PanelState {
  dimensionFilter: string;
  /** Rows of sliders shown; more on demand. */
  dimensionRows: number;
  classFilter: string;
  sort: SortKey;
  descending: boolean;
  page: number;
}
export const freshPanelState = (): PanelState => ({ dimensionFilter: '', dimensionRows: ROWS, classFilter: '', sort: 'error', descending: true, page: 0 });

export interface PanelActions {
  readonly state: PanelState;
  set(patch: Partial<PanelState>): void;
  exportMap(): void;
  exportSamples(): void;
}

const MOST_CLASS_ROWS = 200;
const PAGE_ROWS = 12;

export function toolbar(explorer: Explorer, actions: PanelActions): TemplateResult {
  const { view, run, sampleData, latentSize, axes } = explorer;
  const labelled = sampleData?.labels !== undefined;
  return html`<header class="toolbar" role="toolbar" aria-label="Latent space">
    <span class="title" title=${run ? `${run.run.name}, ${describeRun(run.run)}` : nothing}><strong>${run?.run.name}</strong></span>
    ${latentSize < 2 ? nothing : axesControls(explorer)}
    ${labelled ? segments({ label: 'Color', value: explorer.colour, showLabel: true, choices: [{ value: 'class', label: 'Class' }, { value: 'error', label: 'Error' }], onChange: colour => explorer.setView({ colour }) }) : nothing}
    ${labelled ? segments({ label: 'Marks', value: view.marks, showLabel: true, choices: [{ value: 'shapes', label: 'Shapes' }, { value: 'letters', label: 'Letters' }], onChange: marks => explorer.setView({ marks }) }) : nothing}
    ${labelled && latentSize > 1 ? checkbox({ label: 'Class names', title: 'Write the name of each class at the middle of its points, or beside them where names would cover each other', checked: explorer.namesShown, onChange: names => explorer.setView({ names: names ? 'on' : 'off' }) }) : nothing}
    <span class="group">${checkbox({ label: 'Decoded grid', title: axes.mode === 'pca' ? 'Decode the plane behind the points, through the mean of the codes' : axes.mode === 'tsne' ? 'Decode the codes between the points, from the nearest of them' : 'Decode the plane behind the points', checked: view.grid, onChange: grid => explorer.setView({ grid }) })}
      ${view.grid ? slider({ label: '', title: 'Opacity of the decoded grid', value: view.gridOpacity, min: 0.1, max: 1, step: 0.05, format: value => `${Math.round(value * 100)} %`, onInput: gridOpacity => explorer.setView({ gridOpacity }) }) : nothing}</span>
    <span class="spacer"></span>
    <span class="group">
      ${iconButton({ label: 'Zoom in (+)', icon: 'zoom-in', onClick: () => explorer.scatter.zoom(1.4) })}
      ${iconButton({ label: 'Zoom out (−)', icon: 'zoom-out', onClick: () => explorer.scatter.zoom(1 / 1.4) })}
      ${iconButton({ label: 'Show all points (0)', icon: 'screen-full', onClick: () => explorer.scatter.showAll() })}
      ${iconButton({ label: 'Save the picture as PNG', icon: 'desktop-download', onClick: actions.exportMap })}
    </span>
  </header>`;
}

function axesControls(explorer: Explorer): TemplateResult {
  const { axes, latentSize } = explorer;
  const picker = (label: string, value: number, set: (dimension: number) => void) => (latentSize <= 64
    ? dropdown<string>({ label, value: String(value), choices: Array.from({ length: latentSize }, (_, d): Choice<string> => ({ value: String(d), label: explorer.nameOf(d) })), onChange: text => set(Number(text)) })
    : html`<label class="field"><span class="field-label">${label}</span><input type="number" class="dimension-number" min="1" max=${latentSize} .value=${live(String(value + 1))}
      title=${explorer.nameOf(value)} @change=${(event: Event) => set(Math.min(latentSize, Math.max(1, Math.round((event.currentTarget as HTMLInputElement).valueAsNumber || 1))) - 1)}></label>`);
  return html`${segments({ label: 'Axes', value: axes.mode, showLabel: true, choices: [{ value: 'pca', label: 'PCA', title: 'The two directions of largest variance' }, { value: 'tsne', label: 't-SNE', title: 'Neighbours in the latent space stay neighbours; distances between groups mean little' }, { value: 'axes', label: 'Dimensions', title: 'Two dimensions of the latent as they are' }], onChange: mode => explorer.setView({ mode }) })}
    ${axes.mode === 'axes' && latentSize > 2 ? html`${picker('x', axes.x, x => explorer.setView(x === axes.y ? { mode: 'axes', x, y: axes.x } : { mode: 'axes', x, y: axes.y }))}
      ${picker('y', axes.y, y => explorer.setView(y === axes.x ? { mode: 'axes', x: axes.y, y } : { mode: 'axes', x: axes.x, y }))}` : nothing}`;
}

export function sidePanel(explorer: Explorer, actions: PanelActions): TemplateResult {
  const labelled = explorer.sampleData?.classNames !== undefined;
  return html`<aside class="side" aria-label="Details">
    ${section(explorer, 'probe', 'Probe', html`<span class="muted">${explorer.probe.moved ? '' : 'median code'}</span>`, () => probePanel(explorer, actions))}
    ${labelled ? section(explorer, 'classes', 'Classes', nothing, () => classPanel(explorer, actions)) : section(explorer, 'classes', 'Error', nothing, () => errorLegend(explorer))}
    ${section(explorer, 'samples', 'Random samples', nothing, () => samplesPanel(explorer, actions))}
    ${section(explorer, 'table', 'Table', nothing, () => tablePanel(explorer, actions))}
  </aside>`;
}

/** A section that opens and closes; its body is made only while it is open. */
function section(explorer: Explorer, id: string, title: string, note: unknown, body: () => TemplateResult): TemplateResult {
  const { open } = explorer.view;
  const isOpen = open.includes(id);
  const onToggle = (event: Event) => {
    const now = (event.currentTarget as HTMLDetailsElement).open;
    if (now !== explorer.view.open.includes(id)) explorer.setView({ open: now ? [...explorer.view.open, id] : explorer.view.open.filter(other => other !== id) });
  };
  return html`<details class="section section-${id}" .open=${live(isOpen)} @toggle=${onToggle}>
    <summary>${icon(isOpen ? 'chevron-down' : 'chevron-right')}<h2>${title}</h2>${note}</summary>
    ${isOpen ? html`<div class="section-body">${body()}</div>` : nothing}</details>`;
}

function probePanel(explorer: Explorer, actions: PanelActions): TemplateResult {
  const { frame, shape, latentSize } = explorer;
  const probe = explorer.probe.now;
  if (probe === undefined || frame === undefined) return html``;
  const { state } = actions;
  const filter = state.dimensionFilter.trim().toLowerCase();
  const matching = Array.from({ length: latentSize }, (_, d) => d).filter(d => filter === '' || explorer.nameOf(d).toLowerCase().includes(filter));
  const rows = matching.slice(0, state.dimensionRows);
  return html`<div class="probe">
      ${figure('', html`<ae-picture class="large" .values=${probe.values} .shape=${shape} label="The probe, decoded"></ae-picture>`)}
      <div class="probe-text"><p class="muted">Click a place or a point, use the arrow keys, or move a slider.</p>${beyondNote(explorer, probe.codes)}
        ${button({ label: 'Median code', title: 'Back to the middle of the data', disabled: !explorer.probe.moved, onClick: () => explorer.probe.reset(frame) })}</div>
    </div>
    ${latentSize > 12 ? html`<input type="search" placeholder="Filter ${latentSize} dimensions" aria-label="Filter dimensions" .value=${live(state.dimensionFilter)}
      @input=${(event: Event) => actions.set({ dimensionFilter: (event.currentTarget as HTMLInputElement).value })}>` : nothing}
    <div class="dimensions">${rows.map(d => dimensionSlider(explorer, d))}</div>
    ${matching.length === 0 ? html`<p class="muted">No dimension is called so.</p>` : nothing}
    ${matching.length > rows.length ? button({ label: showMore(matching.length - rows.length), onClick: () => actions.set({ dimensionRows: state.dimensionRows + ROWS }) }) : nothing}`;
}

/** Said of a code that no sample can have. */
function beyondNote(explorer: Explorer, code: Float32Array): TemplateResult | typeof nothing {
  const text = explorer.beyond(code);
  return text === undefined ? nothing : html`<p class="beyond-note">${icon('warning')}${text}</p>`;
}

/** What the button says under the first sliders. */
function showMore(left: number): string {
  return left > ROWS ? `Show ${ROWS} more of ${left}` : `Show ${left} more`;
}

function dimensionSlider(explorer: Explorer, dimension: number): TemplateResult {
  const range = explorer.frame!.ranges[dimension]!;
  const value = explorer.probe.now!.codes[dimension]!;
  const name = explorer.nameOf(dimension);
  return html`<label class="dimension"><span class="dimension-name">${name}</span><input type="range" min=${range.low} max=${range.high} step=${(range.high - range.low) / 200}
    .value=${live(String(value))} aria-valuetext=${formatNumber(value)} title=${`${name}: ${formatNumber(range.low)} to ${formatNumber(range.high)} in the data, median ${formatNumber(range.median)}`}
    @input=${(event: Event) => explorer.probe.setDimension(dimension, (event.currentTarget as HTMLInputElement).valueAsNumber)}><output class="number">${value.toFixed(2).replace('-', '−')}</output></label>`;
}

function classPanel(explorer: Explorer, actions: PanelActions): TemplateResult {
  const { sampleData, view, theme, frame } = explorer;
  const names = sampleData!.classNames!;
  const counts = new Uint32Array(names.length);
  const errors = new Float64Array(names.length);
  sampleData!.labels?.forEach((label, i) => {
    counts[label]!++;
    errors[label]! += frame?.error[i] ?? 0;
  });
  const letters = view.marks === 'letters' ? classLetters(names) : undefined;
  const filter = actions.state.classFilter.trim().toLowerCase();
  const rows = names.map((name, k) => ({ name, k })).filter(({ name }) => filter === '' || name.toLowerCase().includes(filter));
  const worst = Math.max(...errors.map((sum, k) => sum / Math.max(1, counts[k]!)), 1e-12);
  const byError = explorer.colour === 'error';
  const ink = (k: number) => (byError ? theme.foreground : theme.category(k));
  return html`${byError ? errorRamp(explorer) : nothing}<div class="class-actions">
      ${button({ label: 'All', disabled: view.hidden.length === 0, onClick: () => explorer.setView({ hidden: [] }) })}
      ${button({ label: 'None', disabled: names.every(name => view.hidden.includes(name)), onClick: () => explorer.setView({ hidden: [...names] }) })}
      ${names.length > 20 ? html`<input type="search" placeholder="Filter ${names.length} classes" aria-label="Filter classes" .value=${live(actions.state.classFilter)}
        @input=${(event: Event) => actions.set({ classFilter: (event.currentTarget as HTMLInputElement).value })}>` : nothing}
      <span class="spacer"></span><span class="muted small">mean error</span>
    </div>
    <ul class="classes">${rows.slice(0, MOST_CLASS_ROWS).map(({ name, k }) => {
      const mean = errors[k]! / Math.max(1, counts[k]!);
      return html`<li><button type="button" aria-pressed=${view.hidden.includes(name) ? 'false' : 'true'} title=${`${view.hidden.includes(name) ? 'Show' : 'Hide'} ${name}. Double click: only this one.`}
        @click=${() => explorer.toggleClass(name)} @dblclick=${() => explorer.setView({ hidden: names.filter(other => other !== name) })}>
        <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">${letters
          ? svg`<text x="8" y="13" text-anchor="middle" fill=${ink(k)}>${letters[k]}</text>`
          : svg`<path d=${markPath(categoryMark(k), 8, 8, 5.5)} fill=${ink(k)}></path>`}</svg>
        <span class="class-name">${name}</span><span class="muted class-count">${counts[k]!.toLocaleString('en')}</span>
        <meter class="class-meter" min="0" max=${worst} value=${mean} aria-hidden="true"></meter><span class="number">${counts[k] === 0 ? '–' : formatValue(mean, 3)}</span></button></li>`;
    })}</ul>
    ${rows.length > MOST_CLASS_ROWS ? html`<p class="muted">${rows.length - MOST_CLASS_ROWS} more; filter to see them.</p>` : nothing}`;
}

/** The map from error to color, with the errors at its ends. */
function errorRamp(explorer: Explorer): TemplateResult {
  const { theme, frame } = explorer;
  const sorted = (frame?.error ?? new Float32Array(0)).filter(Number.isFinite).sort();
  const stops = Array.from({ length: 9 }, (_, k) => k / 8);
  return html`<div class="ramp"><span class="number">≤ ${formatNumber(Number(percentile(sorted, 0.02).toPrecision(2)))}</span>
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="Colors from low error to high error">
      <defs><linearGradient id="error-ramp">${stops.map(t => svg`<stop offset=${t} stop-color=${`rgb(${sequentialColor(theme.kind, t).join(',')})`}></stop>`)}</linearGradient></defs>
      <rect width="100" height="10" fill="url(#error-ramp)"></rect></svg>
    <span class="number">≥ ${formatNumber(Number(percentile(sorted, 0.98).toPrecision(2)))}</span></div>`;
}

function errorLegend(explorer: Explorer): TemplateResult {
  return html`${errorRamp(explorer)}<p class="muted">The samples have no classes. Color and size show each sample's error: small and near the background is low, large is high. Mean <span class="number">${formatNumber(explorer.meanError)}</span>.</p>`;
}

function samplesPanel(explorer: Explorer, actions: PanelActions): TemplateResult {
  const { shape, latentSize, view } = explorer;
  const samples = explorer.random.now;
  const kinds = (Object.keys(samplingKinds) as SamplingKind[]).map(value => ({ value, label: samplingKinds[value].name }));
  return html`<div class="sampling">
      ${dropdown({ label: 'From', value: view.sampling, choices: kinds, onChange: sampling => explorer.setView({ sampling }) })}
      ${button({ label: 'Draw', icon: 'refresh', title: `Draw ${RANDOM_CODES} other codes`, onClick: () => explorer.drawSamples() })}
      <span class="spacer"></span>
      ${iconButton({ label: 'Save these images as PNG', icon: 'desktop-download', onClick: actions.exportSamples })}
    </div>
    <p class="muted">${samplingKinds[view.sampling].help}${explorer.brought === undefined ? nothing : ` Then ${explorer.brought}.`}</p>
    <div class="samples">${samples === undefined ? nothing : Array.from({ length: samples.count }, (_, k) => {
      const code = samples.codes.slice(k * latentSize, (k + 1) * latentSize);
      return html`<figure><figcaption class="number" tabindex="0" title=${explorer.beyond(code) ?? nothing}><b>${k + 1}</b>${explorer.beyond(code) === undefined ? nothing : html` ${icon('warning')}<span class="visually-hidden">${explorer.beyond(code)}</span>`} ${codeText(code)}</figcaption>
        <button type="button" class="sample" title="Put the probe here" aria-label=${`Sample ${k + 1}: put the probe here`} @click=${() => explorer.probe.put(code)}>
        <ae-picture .values=${samples.values} .sample=${k} .shape=${shape} label=${`Random sample ${k + 1}`}></ae-picture></button></figure>`;
    })}</div>`;
}

/** The table's order, sorted again only when something it depends on changed: a slider draws the panels many times a second. */
function tableOrder(explorer: Explorer, frame: Frame, { sort, descending }: PanelState): readonly number[] {
  const { hidden } = explorer.view;
  if (lastOrder?.frame !== frame || lastOrder.hidden !== hidden || lastOrder.sort !== sort || lastOrder.descending !== descending) {
    const order = sampleOrder(frame.count, sort, descending, frame.error, explorer.sampleData?.labels, index => explorer.isShown(index));
    lastOrder = { frame, hidden, sort, descending, order };
  }
  return lastOrder.order;
}
let lastOrder: { frame: Frame; hidden: readonly string[]; sort: SortKey; descending: boolean; order: readonly number[] } | undefined;

function tablePanel(explorer: Explorer, actions: PanelActions): TemplateResult {
  const { frame, sampleData } = explorer;
  if (frame === undefined || sampleData === undefined) return html``;
  const { state } = actions;
  const order = tableOrder(explorer, frame, state);
  const pages = Math.max(1, Math.ceil(order.length / PAGE_ROWS));
  const page = Math.min(state.page, pages - 1);
  const header = (key: SortKey, text: string) => html`<th scope="col" aria-sort=${state.sort === key ? (state.descending ? 'descending' : 'ascending') : 'none'}>
    <button type="button" class="sort" @click=${() => actions.set({ sort: key, descending: state.sort === key ? !state.descending : key === 'error', page: 0 })}>${text}${state.sort === key ? icon(state.descending ? 'arrow-down' : 'arrow-up') : nothing}</button></th>`;
  return html`<table class="table"><caption class="visually-hidden">Encoded samples of epoch ${frame.epoch}</caption>
    <thead><tr>${header('index', 'Sample')}${sampleData.labels ? header('class', 'Class') : nothing}${header('error', 'Error')}
      <th scope="col">${frame.projection.axes[0].name}</th>${frame.size > 1 ? html`<th scope="col">${frame.projection.axes[1].name}</th>` : nothing}</tr></thead>
    <tbody>${order.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS).map(i => html`<tr>
      <td><button type="button" class="link" title="Choose this sample" @click=${() => { explorer.pick(i); }}>${i + 1}</button></td>
      ${sampleData.labels ? html`<td>${explorer.className(i)}</td>` : nothing}
      <td class="number">${formatValue(frame.error[i]!)}</td><td class="number">${formatNumber(Number(frame.points[2 * i]!.toPrecision(3)))}</td>
      ${frame.size > 1 ? html`<td class="number">${formatNumber(Number(frame.points[2 * i + 1]!.toPrecision(3)))}</td>` : nothing}</tr>`)}</tbody></table>
    <div class="pages">${iconButton({ label: 'Previous page', icon: 'chevron-left', disabled: page === 0, onClick: () => actions.set({ page: page - 1 }) })}
      <span>Page ${page + 1} of ${pages.toLocaleString('en')}</span>
      ${iconButton({ label: 'Next page', icon: 'chevron-right', disabled: page >= pages - 1, onClick: () => actions.set({ page: page + 1 }) })}</div>`;
}
