// <data-page>: what the data is like before anything is trained: samples as they are and as the model gets them, classes, values, columns,
// and what training would warn about.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { sizeOf } from '../../core/tensor.ts';
import type { DataContent, DataHostMessage, DataSamples, PreviewFinding, ShownData } from '../../protocol/messages.ts';
import { StudioPage } from '../shared/page.ts';
import { columnScale, ownRangesNote } from '../shared/columns.ts';
import '../shared/data-table.css';
import { pngBytes } from '../shared/pixels.ts';
import { formatNumber } from '../../view/runs.ts';
import type { Theme } from '../shared/theme.ts';
import { button, dropdown, emptyState, iconButton, segments, slider } from '../shared/toolkit.ts';
import { exportSamples } from './export.ts';
import { byteText, classesOf, columnsOf, count, factsOf, greysOf, headText, isPicture, lacksClass, PAGE, rowsOf, samplesText, statusText, toGreys } from './facts.ts';
import type { SampleLook } from './sample-view.ts';
import './sample-view.ts';
import { classesSection, columnsSection } from './tables-section.ts';
import { meanSection, valuesSection } from './values-section.ts';
import { defaultView, section, type DataContext, type DataView } from './view.ts';

const levelIcons: Readonly<Record<PreviewFinding['level'], string>> = { error: 'error', warning: 'warning', info: 'info' };
const sectionNames: Readonly<Record<NonNullable<PreviewFinding['section']>, string>> = { data: 'data', corruption: 'corruption', encoder: 'layers', decoder: 'decoder', training: 'training' };

/** Samples as they are drawn. */
interface Drawn {
  readonly look: SampleLook;
  readonly original: Float32Array;
  readonly corrupted?: Float32Array;
}

@customElement('data-page')
export class DataPage extends StudioPage<DataHostMessage, DataView> {
  @state() private data: ShownData | undefined;
  /** Those at hand: of the content, or others that were asked for. */
  @state() private samples: DataSamples | undefined;
  /** Which of them are seen, from 0. */
  @state() private page = 0;
  @state() private waiting = false;
  private asked = 0;

  constructor() {
    super(defaultView, { prompt: true });
  }

  protected override async receive(message: Extract<DataHostMessage, { type: 'snapshot' | 'progress' }>): Promise<void> {
    if (message.type === 'progress') {
      if (this.data !== undefined) this.data = withBusy(this.data, message.busy);
    } else this.take(message.data);
    await this.updateComplete;
  }

  private take(data: ShownData): void {
    const { content } = data;
    this.data = data;
    this.asked++;
    this.waiting = false;
    this.page = 0;
    this.samples = content?.samples;
    if (content === undefined) return;
    const { view } = this.client;
    const { preview } = content;
    // The data may have changed below what was chosen.
    if (view.className !== '' && preview.classNames?.includes(view.className) !== true) this.client.updateView({ className: '' });
    if (view.split === 'validation' && preview.validation === undefined) this.client.updateView({ split: 'train' });
    this.choose({});
  }

  /** Takes what is chosen from the samples at hand, or asks for others. */
  private choose(patch: Partial<DataView>, draw = 0): void {
    this.client.updateView(patch);
    this.page = 0;
    const { split, className } = this.client.view;
    const content = this.data?.content;
    if (content === undefined) return;
    const fits = (samples: DataSamples): boolean => samples.split === split && samples.draw === draw && (samples.className ?? className) === className && !this.lacks(content, samples, className);
    const there = [this.samples, content.samples].find(samples => samples !== undefined && fits(samples));
    if (there === undefined) this.client.run(this.ask(draw));
    else {
      this.asked++;
      this.waiting = false;
      this.samples = there;
    }
    this.requestUpdate();
  }

  private lacks({ preview }: DataContent, samples: DataSamples, className: string): boolean {
    const label = preview.classNames?.indexOf(className) ?? -1;
    if (label < 0 || samples.className !== undefined) return false;
    return lacksClass(samples, label, (samples.split === 'train' ? preview.train : preview.validation)?.classes?.[label] ?? 0);
  }

  private async ask(draw: number): Promise<void> {
    const asked = ++this.asked;
    const { split, className } = this.client.view;
    this.waiting = true;
    try {
      const samples = await this.client.request('dataSamples', { split, draw, ...(className === '' ? {} : { className }) });
      if (asked !== this.asked) return;
      this.samples = samples;
      this.page = 0;
    } catch (error) {
      // What nobody waits for any more was cancelled.
      if (asked === this.asked) throw error;
    } finally {
      if (asked === this.asked) this.waiting = false;
    }
  }

  private change(patch: Partial<DataView>): void {
    this.client.updateView(patch);
    this.requestUpdate();
  }

  private act(action: 'open' | 'openData' | 'again' | 'download', part?: string): void {
    this.client.run(this.client.request('dataAction', { action, ...(part === undefined ? {} : { section: part }) }));
  }

  override render(): TemplateResult {
    const { data } = this;
    if (data === undefined) return emptyState({ busy: true, title: 'Loading…' });
    const { content } = data;
    if (content !== undefined && this.samples !== undefined) return this.whole(data, content, this.samples);
    if (data.busy !== undefined) return emptyState({ busy: true, title: `Opening the data of ${data.name}`, text: statusText(data) });
    if (data.download !== undefined) return this.offer(data, data.download);
    return this.failed(data);
  }

  private offer(data: ShownData, { title, bytes }: NonNullable<ShownData['download']>): TemplateResult {
    return emptyState({
      icon: 'cloud-download', title: `${title} is not on this machine yet`,
      text: `${byteText(bytes)} are downloaded once and kept in your user cache. If you have it already, add the folder it is in with "Autoencoder: Add Data Folder…".`,
      action: html`<div class="empty-actions">${button({ label: `Download ${byteText(bytes)}`, icon: 'cloud-download', primary: true, onClick: () => this.act('download') })}
        ${data.hasConfig ? button({ label: 'Open Config', icon: 'go-to-file', onClick: () => this.act('open', 'data') }) : nothing}</div>`,
    });
  }

  private failed(data: ShownData): TemplateResult {
    const { failure, hasConfig, name } = data;
    return html`<div class="empty" role="alert"><span class="codicon codicon-error empty-icon" aria-hidden="true"></span><h2>The data of ${name} cannot be shown</h2><p class="reason">${failure?.reason ?? 'It is not known why.'}</p>
      <div class="empty-actions">${failure?.dataPlace === undefined ? nothing : button({ label: `Open ${failure.dataPlace}`, icon: 'go-to-file', primary: true, onClick: () => this.act('openData') })}
        ${hasConfig ? button({ label: 'Open Config', icon: 'go-to-file', primary: failure?.dataPlace === undefined, onClick: () => this.act('open', 'data') }) : nothing}
        ${button({ label: 'Try Again', icon: 'refresh', onClick: () => this.act('again') })}</div></div>`;
  }

  private whole(data: ShownData, content: DataContent, samples: DataSamples): TemplateResult {
    const context: DataContext = {
      content, theme: this.theme, view: this.client.view, change: patch => this.change(patch), onlyClass: className => this.choose({ className: this.client.view.className === className ? '' : className }),
      saveCsv: (name, text) => this.save(name, 'csv', new TextEncoder().encode(text)),
    };
    const { preview } = content;
    return html`${this.toolbar(content, samples)}<div class="data" tabindex="0" role="region" aria-label=${`Data of ${data.name}`}>
      <p class="data-head"><strong>${preview.name}</strong> <span class="muted">${headText(preview)}</span> <span class="muted" role="status">${this.waiting ? 'Taking other samples…' : statusText(data)}</span></p>
      ${this.findings(data, preview.findings)}
      ${this.samplesSection(content, samples)}
      ${preview.train.classes === undefined ? nothing : classesSection(context)}
      ${isPicture(preview) ? meanSection(context) : nothing}
      ${preview.shape.length === 1 ? columnsSection(context) : nothing}
      ${valuesSection(context)}
      ${section('In numbers', nothing, html`<dl class="facts">${factsOf(preview).map(fact => html`<div><dt>${fact.name}</dt><dd title=${fact.value}>${fact.value}</dd></div>`)}</dl>`)}</div>`;
  }

  private toolbar({ preview }: DataContent, samples: DataSamples): TemplateResult {
    const { view } = this.client;
    const classes = classesOf(preview);
    return html`<div class="toolbar" role="toolbar" aria-label="Samples">
      ${preview.validation === undefined ? nothing : segments({ label: 'Split', value: view.split, choices: [{ value: 'train', label: 'Training' }, { value: 'validation', label: 'Validation' }], onChange: split => this.choose({ split }) })}
      ${classes.length > 1 ? dropdown({ label: 'Class', value: view.className, choices: [{ value: '', label: 'All' }, ...classes.map(({ name }) => ({ value: name, label: name }))], onChange: className => { if (className !== view.className) this.choose({ className }); } }) : nothing}
      ${samples.corrupted === undefined ? nothing : segments({
        label: 'Show', value: view.show, onChange: show => this.change({ show }),
        choices: [{ value: 'both', label: 'Both', title: 'What is rebuilt, and beside it what the model gets' }, { value: 'original', label: 'Original', title: 'What is to be rebuilt' }, { value: 'corrupted', label: 'Corrupted', title: 'What the model gets' }],
      })}
      ${button({ label: 'Other Samples', icon: 'refresh', disabled: this.waiting, title: 'The next of those at hand, then some drawn at random', onClick: () => this.others(samples) })}
      ${this.page > 0 || samples.draw > 0 ? iconButton({ label: 'Back to the first samples', icon: 'discard', onClick: () => this.choose({}) }) : nothing}
      ${slider({ label: 'Size', value: view.size, min: 28, max: 224, step: 4, format: v => `${v} px`, silent: true, onInput: size => this.change({ size }), title: 'Height of a sample; pixels stay sharp squares' })}
      <span class="group">
        ${iconButton({ label: 'Read the data again', icon: 'sync', onClick: () => this.act('again') })}
        ${iconButton({ label: 'Save these samples as PNG…', icon: 'device-camera', onClick: () => this.client.run(this.savePng()) })}
      </span></div>`;
  }

  private others(samples: DataSamples): void {
    if ((this.page + 1) * PAGE < this.rows(samples).length) this.page++;
    else this.choose({}, samples.draw + 1);
  }

  private rows(samples: DataSamples): readonly number[] {
    const { className } = this.client.view;
    const label = this.data?.content?.preview.classNames?.indexOf(className) ?? -1;
    return rowsOf(samples, label < 0 ? undefined : label);
  }

  private get seen(): readonly number[] {
    return this.samples === undefined ? [] : this.rows(this.samples).slice(this.page * PAGE, (this.page + 1) * PAGE);
  }

  private findings({ hasConfig }: ShownData, findings: readonly PreviewFinding[]): TemplateResult | typeof nothing {
    if (findings.length === 0) return nothing;
    return html`<ul class="findings" aria-label="What to know of it">${findings.map(({ level, text, section: part }) => html`<li class=${level}><span class="codicon codicon-${levelIcons[level]}" role="img" aria-label=${level === 'info' ? 'Note' : level === 'warning' ? 'Warning' : 'Error'}></span>
      <span>${text}${hasConfig && part !== undefined && level !== 'info' ? html` <button type="button" class="link" @click=${() => this.act('open', part)}>Go to ${sectionNames[part]}</button>` : nothing}</span></li>`)}</ul>`;
  }

  private samplesSection({ preview }: DataContent, samples: DataSamples): TemplateResult {
    const { seen } = this;
    const drawn = this.drawn();
    const shown = this.shownKinds(samples);
    const greys = greysOf(preview);
    const legend = [
      samplesText(samples, seen.length, preview, this.client.view.className),
      ...(shown.length === 2 ? [`original, and corrupted by ${preview.corruption.join(', then ')}`] : shown[0] === 'corrupted' ? [`corrupted by ${preview.corruption.join(', then ')}`] : []),
      ...(isPicture(preview) && (greys.black !== 0 || greys.white !== 1) ? [`${formatNumber(greys.black)} is black, ${formatNumber(greys.white)} white`] : []),
    ].join('; ');
    return section('Samples', nothing, html`<p class="small muted" aria-live="polite">${legend}.${drawn?.own === true ? ` ${ownRangesNote}.` : ''}</p>
      ${seen.length === 0 ? html`<p class="muted">There are none of this class here.</p>` : nothing}
      <ul class="samples">${drawn === undefined ? nothing : seen.map(row => html`<li><span class="sample-pictures">${shown.map(kind => html`<ae-sample .values=${kind === 'original' ? drawn.original : drawn.corrupted ?? drawn.original}
          .sample=${row} .look=${drawn.look} .name=${this.nameOf(samples, row, shown.length === 2 || kind === 'corrupted' ? kind : '')}></ae-sample>`)}</span>
        <span class="sample-caption" title=${this.nameOf(samples, row, '')}>${this.captionOf(samples, row)}</span></li>`)}</ul>`);
  }

  private shownKinds(samples: DataSamples): readonly ('original' | 'corrupted')[] {
    const { show } = this.client.view;
    if (samples.corrupted === undefined || show === 'original') return ['original'];
    return show === 'corrupted' ? ['corrupted'] : ['original', 'corrupted'];
  }

  private captionOf(samples: DataSamples, row: number): string {
    const label = samples.labels?.[row];
    return label === undefined ? `#${count(samples.index[row]!)}` : this.data?.content?.preview.classNames?.[label] ?? String(label);
  }

  private nameOf(samples: DataSamples, row: number, kind: string): string {
    const label = samples.labels === undefined ? '' : `, ${this.captionOf(samples, row)}`;
    return `${samples.split === 'train' ? 'Training' : 'Validation'} sample #${count(samples.index[row]!)}${label}${kind === '' ? '' : `, ${kind}`}`;
  }

  /** The samples at hand as they are drawn; kept as long as they are the same. */
  private drawn(): (Drawn & { readonly own: boolean }) | undefined {
    const { samples, theme } = this;
    const preview = this.data?.content?.preview;
    if (samples === undefined || preview === undefined) return undefined;
    const { size } = this.client.view;
    if (this.kept?.samples === samples && this.kept.size === size && this.kept.theme === theme) return this.kept.drawn;
    const picture = isPicture(preview);
    const greys = greysOf(preview);
    const scale = picture ? undefined : columnScale(samples.original, sizeOf(preview.shape));
    const look: SampleLook = { shape: preview.shape, ranges: scale?.ranges ?? [], columns: columnsOf(preview), size, theme };
    const shown = (values: Float32Array): Float32Array => (picture ? toGreys(values, greys) : values);
    const drawn = { look, own: scale?.own === true, original: shown(samples.original), ...(samples.corrupted === undefined ? {} : { corrupted: shown(samples.corrupted) }) };
    this.kept = { samples, size, theme, drawn };
    return drawn;
  }

  private kept: { readonly samples: DataSamples; readonly size: number; readonly theme: Theme; readonly drawn: Drawn & { readonly own: boolean } } | undefined;

  private async savePng(): Promise<void> {
    const { samples, data } = this;
    const drawn = this.drawn();
    if (samples === undefined || drawn === undefined || data?.content === undefined) return;
    const kinds = this.shownKinds(samples);
    const pictures = this.seen.map(row => ({ caption: this.captionOf(samples, row), pictures: kinds.map(kind => ({ values: kind === 'original' ? drawn.original : drawn.corrupted ?? drawn.original, sample: row })) }));
    const canvas = exportSamples(`${data.content.preview.name}: ${samplesText(samples, pictures.length, data.content.preview, this.client.view.className)}`, pictures, drawn.look, this.theme);
    this.save('samples.png', 'png', await pngBytes(canvas));
  }

  private save(suggestedName: string, kind: 'png' | 'csv', bytes: Uint8Array): void {
    this.client.run(this.client.request('saveFile', { suggestedName: `${this.data?.name ?? 'data'}-${suggestedName}`, kind, bytes }));
  }
}

function withBusy({ busy: _, ...data }: ShownData, busy: string | undefined): ShownData {
  return { ...data, ...(busy === undefined ? {} : { busy }) };
}
