// Templates of one section: its samples in columns with rows of pictures below, as blocks of a grid, or as a table.
import { html, nothing, type TemplateResult } from 'lit';
import type { PictureRun } from '../../protocol/messages.ts';
import { describeRun, stateIcon } from '../../view/runs.ts';
import { baselineNote } from '../shared/baseline.ts';
import { pitchOf, type Arrangement } from './arrangement.ts';
import { winsOf, type Comparison } from './compare.ts';
import { describeShown, type Section } from './sections.ts';
import { bands, blockGroups, blockLines, type Block, type Sheet, type SheetRow, type TextRow } from './sheet.ts';
import './strip.ts';
import { errorTable } from './table.ts';

export interface SampleActions {
  /** Shows a sample large. */
  open(section: Section, sample: number): void;
  /** Keeps a sample in the first columns, or lets it go. */
  pin(sample: number): void;
}

export function sectionView(arrangement: Arrangement, actions: SampleActions): TemplateResult {
  const { section, samples, comparison, group, around: { view, shown, names } } = arrangement;
  const head = group !== 'run' || view.table ? section.runs.map(run => heading(arrangement, run, comparison)) : nothing;
  if (view.table) return html`<section>${head}${errorTable(section, shown, samples, names, comparison, sample => actions.open(section, sample))}</section>`;
  const sheet = arrangement.sheet();
  const place: Place = { arrangement, actions, cellWidth: sheet.cell.width, pitch: pitchOf(sheet.cell.width) };
  if (arrangement.layout === 'grid' && samples.length > 0) return html`<section>${head}${gridView(place, sheet)}</section>`;
  return html`<section class=${group === 'kind' ? 'by-kind' : ''}>${head}${samples.length === 0 ? html`<p class="muted note">No sample has this label.</p>` : nothing}
    ${bands(samples, arrangement.rowWidth, place.pitch).map(band => html`<div class="band">
      <div class="line captions"><span class="row-label"></span>${band.map(sample => caption(place, sample))}</div>
      ${sheet.rows.map(row => rowView(place, row, band))}
    </div>`)}</section>`;
}

/** Where rows are drawn. */
interface Place {
  readonly arrangement: Arrangement;
  readonly actions: SampleActions;
  /** Of a picture, CSS pixels. */
  readonly cellWidth: number;
  /** From one column to the next. */
  readonly pitch: number;
}

function heading({ around: { names, shown } }: Arrangement, run: PictureRun, comparison: Comparison | undefined): TemplateResult {
  const wins = comparison && winsOf(comparison, run.samples?.count ?? 0).get(run.run.id);
  const epoch = shown.get(run.run.id);
  return html`<h2 class="run-heading"><span class="codicon codicon-${stateIcon(run.run.state)}" title=${describeRun(run.run)} aria-hidden="true"></span>
    <span class="run-name">${names.get(run.run.id)}</span> <span class="muted small detail">${describeShown(run, epoch)}${epoch ? baselineNote(run.run.baseline) : nothing}</span>${wins === undefined ? nothing : html`<span class="muted small wins" title="Mean squared error of the samples shown, the same measure for all runs; underlined below">nearest to ${wins} of ${run.samples!.count}</span>`}</h2>`;
}

function headingOf(arrangement: Arrangement, runId: string): TemplateResult {
  return heading(arrangement, arrangement.section.runs.find(r => r.run.id === runId)!, arrangement.comparison);
}

function rowView(place: Place, row: SheetRow, band: readonly number[]): TemplateResult {
  switch (row.type) {
    case 'heading': return headingOf(place.arrangement, row.runId);
    case 'title': return html`<h3 class="kind-title">${row.label}</h3>`;
    case 'text': return html`<div class="line errors"><span class="row-label" title=${row.label}>${row.label}</span>${textCells(place, row, band)}</div>`;
    case 'pictures': return html`<div class="line"><span class="row-label" title=${row.help ?? row.label}>${row.label}</span>
      ${strip(place, row, band)}</div>`;
  }
}

function textCells({ pitch }: Place, row: TextRow, samples: readonly number[]): TemplateResult[] {
  return samples.map(sample => {
    const best = row.best?.(sample) === true;
    return html`<span class="cell number ${best ? 'best' : ''}" title=${best ? 'Nearer to the original than the other runs' : nothing} .style=${`width: ${pitch}px`}>${row.text(sample)}${best ? html`<span class="visually-hidden"> best</span>` : nothing}</span>`;
  });
}

function gridView(place: Place, sheet: Sheet): TemplateResult[] {
  const { arrangement } = place;
  const lines = blockLines(arrangement.samples, arrangement.gridWidth, place.pitch);
  return blockGroups(sheet).map(({ runId, blocks }) => html`${runId === undefined ? nothing : headingOf(arrangement, runId)}
    <div class="grid">${blocks.map(block => blockView(place, block, lines))}</div>`);
}

function blockView(place: Place, { row, texts }: Block, lines: readonly (readonly number[])[]): TemplateResult {
  return html`<div class="block"><div class="row-label" title=${row.help ?? nothing}>${row.label}${texts.length === 0 ? nothing : html`<span class="detail"> · ${texts.map(text => text.label.toLowerCase()).join(', ')} below each</span>`}</div>
    ${lines.map(line => html`${strip(place, row, line)}
      ${texts.map(text => html`<div class="line errors">${textCells(place, text, line)}</div>`)}`)}</div>`;
}

function strip({ arrangement, actions, cellWidth, pitch }: Place, row: Block['row'], samples: readonly number[]): TemplateResult {
  return html`<ae-strip .row=${row} .samples=${samples} .pitch=${pitch} .cellWidth=${cellWidth} .tip=${(sample: number) => `${row.label}: ${arrangement.captionOf(sample)}, sample ${sample + 1}`}
    @pick=${(event: CustomEvent<{ sample: number }>) => actions.open(arrangement.section, event.detail.sample)}></ae-strip>`;
}

function caption({ arrangement, actions, pitch }: Place, sample: number): TemplateResult {
  const isPinned = arrangement.around.view.pinned.includes(sample);
  const text = arrangement.captionOf(sample);
  return html`<button type="button" class="cell caption ${isPinned ? 'pinned' : ''}" .style=${`width: ${pitch}px`} data-sample=${sample}
    title=${`${text}, sample ${sample + 1}${isPinned ? ', kept in the first columns' : ''}. Click to see it large; P ${isPinned ? 'lets it go' : 'keeps it in the first columns'}`}
    @click=${() => actions.open(arrangement.section, sample)} @keydown=${(event: KeyboardEvent) => { if (event.key === 'p' && !event.ctrlKey && !event.metaKey && !event.altKey) actions.pin(sample); }}
    >${isPinned ? html`<span class="codicon codicon-pinned" aria-hidden="true"></span>` : nothing}<span class="caption-text">${text}</span></button>`;
}
