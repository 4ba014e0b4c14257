// <model-page>: a model as a picture that follows its file, and for a run what its layers have learned.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { messageOf } from '../../core/errors.ts';
import type { CheckpointName, Diagram, DiagramLayer, LayerActivations, LayerWeights, ModelHostMessage, ShownModel } from '../../protocol/messages.ts';
import { StudioPage } from '../shared/page.ts';
import { exportFigure } from '../shared/figure-export.ts';
import { pngBytes } from '../shared/pixels.ts';
import { describeRun, distinctNames, isLive, stateIcon } from '../../view/runs.ts';
import { button, checkbox, dropdown, emptyState, iconButton, segments, slider } from '../shared/toolkit.ts';
import './activation-view.ts';
import './diagram-view.ts';
import { distributionCard } from './distribution.ts';
import { layerDetails, modelDetails, modelLine } from './details.ts';
import './tiles-view.ts';
import { grouped, partName, drawnPart } from './words.ts';

interface ModelView {
  /** Key of the layer that was picked; '' for none. */
  readonly layer: string;
  readonly checkpoint: CheckpointName;
  readonly order: 'unit' | 'norm';
  /** Each unit over its own range of colours. */
  readonly perUnit: boolean;
  /** Pixels of a weight; 0 chooses. */
  readonly zoom: number;
  /** Of a run: its weights, or what its layers make of a sample. */
  readonly look: 'weights' | 'sample';
  /** Which sample, from 0. */
  readonly sample: number;
}

const defaultView: ModelView = { layer: '', checkpoint: 'last', order: 'unit', perUnit: false, zoom: 0, look: 'weights', sample: 0 };
const FILE = 'file';

@customElement('model-page')
export class ModelPage extends StudioPage<ModelHostMessage, ModelView> {
  @state() private model: ShownModel | undefined;
  /** The layer under the mouse or with the focus. */
  @state() private looked: string | undefined;
  @state() private weights: LayerWeights | undefined;
  @state() private weightTrouble: string | undefined;
  /** A layer that was looked for in the text, which does not have it. */
  @state() private missing: string | undefined;
  /** What the weights are of, as text; and what was asked for last. */
  private weightsOf = '';
  private asked = '';
  @state() private activations: LayerActivations | undefined;
  @state() private activationTrouble: string | undefined;
  private activationsOf = '';
  private activationsAsked = '';

  constructor() {
    super(defaultView, { prompt: true });
  }

  protected override async receive({ model }: Extract<ModelHostMessage, { type: 'snapshot' | 'update' }>): Promise<void> {
    const moved = JSON.stringify(model.cursor) !== JSON.stringify(this.model?.cursor ?? model.cursor);
    this.model = model;
    // Who moves on in the text has left the layer that was picked.
    if (moved && model.run === undefined && model.cursor.length > 0 && !model.cursor.includes(this.client.view.layer)) this.client.updateView({ layer: '' });
    this.ask();
    await this.updateComplete;
  }

  private change(patch: Partial<ModelView>): void {
    this.client.updateView(patch);
    this.ask();
    this.requestUpdate();
  }

  // ── What is shown ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The layer whose weights are shown: the one that was picked, or the first that has any. */
  private layerOf(diagram: Diagram, run: boolean): DiagramLayer | undefined {
    const picked = diagram.layers.find(({ key }) => key === this.client.view.layer);
    return picked ?? (run ? diagram.layers.find(({ parameters }) => parameters.total > 0) : undefined);
  }

  private checkpointOf({ checkpoints }: ShownModel): CheckpointName {
    const { checkpoint } = this.client.view;
    return checkpoints[checkpoint] === undefined && checkpoints.last !== undefined ? 'last' : checkpoint;
  }

  private ask(): void {
    if (this.client.view.look === 'sample') this.askActivations();
    else this.askWeights();
  }

  /** Asks what the layers make of the sample. That takes a process of its own, so beside a training it is not asked again by itself. */
  private askActivations(): void {
    const { model } = this;
    if (model?.run === undefined) return;
    const checkpoint = this.checkpointOf(model);
    const version = model.checkpoints[checkpoint];
    if (version === undefined) return;
    const { sample } = this.client.view;
    const runId = model.run.id;
    const asked = JSON.stringify([runId, checkpoint, sample, isLive(model.run.state) ? 'live' : version]);
    if (asked === this.activationsAsked) return;
    this.activationsAsked = asked;
    if (runId !== this.activationsOf) this.activations = undefined;
    this.client.request('activations', { runId, sample, checkpoint }).then(activations => {
      if (asked !== this.activationsAsked) return;
      [this.activations, this.activationsOf, this.activationTrouble] = [activations, runId, undefined];
    }, (error: unknown) => {
      if (asked !== this.activationsAsked) return;
      // Another run may keep fewer samples.
      if (sample > 0 && runId !== this.activationsOf) return this.change({ sample: 0 });
      [this.activations, this.activationTrouble] = [undefined, messageOf(error)];
    });
  }

  /** Asks for the weights that belong to what is shown now, unless they are there or under way. */
  private askWeights(): void {
    const { model } = this;
    const layer = model?.diagram && this.layerOf(model.diagram, model.run !== undefined);
    if (model?.run === undefined || layer === undefined || layer.parameters.total === 0) return;
    const checkpoint = this.checkpointOf(model);
    const version = model.checkpoints[checkpoint];
    if (version === undefined) return;
    const { order } = this.client.view;
    const of = JSON.stringify([model.run.id, layer.key]);
    const asked = JSON.stringify([of, checkpoint, version, order]);
    if (asked === this.asked) return;
    this.asked = asked;
    if (of !== this.weightsOf) this.weights = undefined;
    this.client.request('weights', { runId: model.run.id, layer: layer.key, checkpoint, order }).then(weights => {
      if (asked !== this.asked) return;
      [this.weights, this.weightsOf, this.weightTrouble] = [weights, of, undefined];
    }, (error: unknown) => {
      if (asked !== this.asked) return;
      [this.weights, this.weightsOf, this.weightTrouble] = [undefined, of, messageOf(error)];
    });
  }

  override render(): TemplateResult {
    const { model } = this;
    if (model === undefined) return emptyState({ busy: true, title: 'Loading…' });
    const { diagram, trouble } = model;
    return html`${this.toolbar(model)}${trouble === undefined ? nothing : this.trouble(model, trouble)}
      ${diagram === undefined
        ? emptyState({ icon: 'type-hierarchy-sub', title: 'No model to draw yet', text: trouble === undefined ? 'The run is being prepared.' : 'It is drawn here as soon as it can be.' })
        : html`<div class="model ${model.run === undefined ? 'of-file' : 'of-run'}">${this.diagram(model, diagram)}${model.run === undefined ? nothing : this.client.view.look === 'sample' ? this.seen(model, diagram) : this.learned(model, diagram)}</div>`}`;
  }

  private toolbar(model: ShownModel): TemplateResult {
    const { file, runs, run, checkpoints, diagram } = model;
    const known = run === undefined || runs.some(({ id }) => id === run.id) ? runs : [run, ...runs];
    const names = distinctNames(known);
    const choices = [...(file === undefined ? [] : [{ value: FILE, label: `${file.name}, as it is now` }]), ...known.map(each => ({ value: each.id, label: `${names.get(each.id)!} (${describeRun(each)})` }))];
    return html`<div class="toolbar" role="toolbar" aria-label="Model">
      ${choices.length > 1 || run !== undefined
        ? dropdown({ label: 'Show', value: run?.id ?? FILE, choices, onChange: id => this.show(id) })
        : html`<span class="model-name" title=${file?.path ?? nothing}>${file?.name ?? 'Model'}</span>`}
      ${run !== undefined && checkpoints.best !== undefined && checkpoints.last !== undefined ? segments({
        label: 'Checkpoint', value: this.checkpointOf(model), onChange: checkpoint => this.change({ checkpoint }),
        choices: [{ value: 'last', label: 'Last', title: 'As it was after the newest epoch' }, { value: 'best', label: 'Best', title: 'As it was after the epoch with the lowest loss' }],
      }) : nothing}
      ${run !== undefined && diagram !== undefined ? segments({
        label: 'Look at', value: this.client.view.look, onChange: look => this.change({ look }),
        choices: [{ value: 'weights', label: 'Weights', title: 'What a layer has learned' }, { value: 'sample', label: 'One Sample', title: 'What each layer sees: the activations that a sample causes' }],
      }) : nothing}
      ${run === undefined && runs[0] !== undefined ? button({ label: 'See What It Has Learned', icon: 'eye', title: `The weights of ${runs[0].name}, ${describeRun(runs[0])}`, onClick: () => this.show(runs[0]!.id) }) : nothing}
      <span class="group">${diagram === undefined ? nothing : iconButton({ label: 'Save diagram as PNG…', icon: 'device-camera', onClick: () => this.client.run(this.saveDiagram(diagram)) })}</span>
    </div>`;
  }

  private trouble({ diagram }: ShownModel, { text, inText }: NonNullable<ShownModel['trouble']>): TemplateResult {
    return html`<div class="model-trouble" role="status"><span class="codicon codicon-${inText ? 'error' : 'info'}" aria-hidden="true"></span>
      <span>${text}${diagram === undefined ? '' : ' The picture is that of the last text without an error.'}</span>
      ${inText ? button({ label: 'Go to It', icon: 'go-to-file', onClick: () => this.reveal() }) : nothing}</div>`;
  }

  private diagram(model: ShownModel, diagram: Diagram): TemplateResult {
    const chosen = this.layerOf(diagram, model.run !== undefined);
    const looked = diagram.layers.find(({ key }) => key === (this.looked ?? chosen?.key ?? model.cursor[0]));
    return html`${modelLine(diagram, model.memory)}<ae-diagram .diagram=${diagram} .theme=${this.theme} .selected=${chosen?.key} .cursor=${model.run === undefined ? model.cursor : []} ?stale=${model.trouble !== undefined && model.run === undefined}
        @look=${(event: CustomEvent<string | undefined>) => { this.looked = event.detail; }} @pick=${(event: CustomEvent<string>) => this.pick(event.detail)} @leave=${() => this.change({ layer: '' })}></ae-diagram>
      <section class="details" aria-label="Details">${looked === undefined ? modelDetails(diagram) : layerDetails(diagram, looked, this.wayToText(model, looked))}</section>`;
  }

  /** For a layer of a run: the same one in the file as it is now. In the file's own picture a click does that. */
  private wayToText({ file, run }: ShownModel, { key }: DiagramLayer): TemplateResult | typeof nothing {
    if (file === undefined || run === undefined) return nothing;
    return html` ${iconButton({ label: `Show in ${file.name}`, icon: 'go-to-file', onClick: () => this.client.run(this.showInText(key)) })}${
      this.missing === key ? html`<span class="muted" role="status">${file.name} has no such layer any more.</span>` : nothing}`;
  }

  private async showInText(key: string): Promise<void> {
    this.missing = await this.client.request('reveal', { layer: key }) ? undefined : key;
  }

  // ── What was learned ──────────────────────────────────────────────────────────────────────────────────────────────

  private learned(model: ShownModel, diagram: Diagram): TemplateResult {
    const run = model.run!;
    const layer = this.layerOf(diagram, true);
    if (layer === undefined) return html`<section class="learned">${emptyState({ icon: 'circle-slash', title: 'This model learns nothing', text: 'None of its layers has weights.' })}</section>`;
    if (model.checkpoints.last === undefined && model.checkpoints.best === undefined) {
      return html`<section class="learned">${emptyState({
        icon: stateIcon(run.state), title: 'Nothing has been written yet',
        text: isLive(run.state) ? 'Weights come with the first checkpoint, after the first epoch. They appear here by themselves.' : `The run is ${describeRun(run)} and left no checkpoint, so there are no weights to look at.`,
      })}</section>`;
    }
    if (layer.parameters.total === 0) {
      return html`<section class="learned"><h2>${layer.name}</h2><p class="muted">This layer has no weights. Choose one with parameters.</p></section>`;
    }
    const { weights } = this;
    return html`<section class="learned" aria-label="What it has learned">
      <div class="learned-head"><h2>What ${layer.name} has learned <span class="muted">${partName(drawnPart(diagram, layer))}${weights === undefined ? '' : `, ${weights.epoch === 0 ? 'before the end of the first epoch' : `after epoch ${grouped(weights.epoch)}`}`}</span></h2>
        ${weights?.tensors.some(({ pictures }) => pictures !== undefined) === true ? this.controls(weights) : nothing}</div>
      ${weights === undefined
        ? html`<p class=${this.weightTrouble === undefined ? 'muted' : 'weight-trouble'} role="status">${this.weightTrouble ?? 'Reading the weights…'}</p>`
        : weights.tensors.length === 0
        ? html`<p class="muted" role="status">The checkpoint holds nothing of this layer yet: it was written before pretraining came to it.</p>`
        : html`${weights.tensors.map(tensor => (tensor.pictures === undefined ? nothing : this.pictures(model, layer, tensor)))}
          <div class="distributions">${weights.tensors.map(tensor => distributionCard(tensor, this.theme))}</div>`}
    </section>`;
  }

  /** The sample, what every layer makes of it in their order, and the reconstruction. */
  private seen(model: ShownModel, diagram: Diagram): TemplateResult {
    if (model.checkpoints.last === undefined && model.checkpoints.best === undefined) return this.learned(model, diagram);
    const { activations, theme, activationTrouble } = this;
    const { sample, layer: picked } = this.client.view;
    const busy = activations !== undefined && activations.sample !== sample;
    const card = (heading: string, shape: readonly number[], values: Float32Array) => html`<ae-activation .heading=${heading} .shape=${shape} .values=${values} .theme=${theme}></ae-activation>`;
    return html`<section class="learned seen" aria-label="What each layer sees">
      <div class="learned-head"><h2>What each layer sees <span class="muted">${activations === undefined ? '' : `${activations.epoch === 0 ? 'before the end of the first epoch' : `after epoch ${grouped(activations.epoch)}`}, nothing random`}</span></h2>
        ${activations === undefined ? nothing : html`<span class="learned-controls">
          ${iconButton({ label: 'Previous sample', icon: 'chevron-left', disabled: sample === 0, onClick: () => this.change({ sample: sample - 1 }) })}
          <span role="status">Sample ${sample + 1} of ${activations.count}${busy ? '…' : activations.label === undefined ? '' : html`: <b>${activations.label}</b>`}</span>
          ${iconButton({ label: 'Next sample', icon: 'chevron-right', disabled: sample >= activations.count - 1, onClick: () => this.change({ sample: sample + 1 }) })}
        </span>`}</div>
      ${activations === undefined
        ? html`<p class=${activationTrouble === undefined ? 'muted' : 'weight-trouble'} role="status">${activationTrouble ?? 'Computing what the layers make of the sample…'}</p>`
        : html`<div class="activations ${busy ? 'stale' : ''}">
          ${card('original', diagram.inputShape, activations.original)}
          ${activations.corrupted === undefined ? nothing : card('with noise', diagram.inputShape, activations.corrupted)}
          ${diagram.layers.map(layer => {
            const { key, name } = layer;
            const found = activations.layers.find(each => each.key === key);
            return found === undefined ? nothing : html`<ae-activation class=${key === picked ? 'chosen' : ''} data-layer=${key} .heading=${name} .place=${partName(drawnPart(diagram, layer))} .shape=${found.shape} .values=${found.values} .distribution=${found.distribution} .theme=${theme}></ae-activation>`;
          })}
          ${card('reconstruction', diagram.inputShape, activations.reconstruction)}
        </div><p class="muted">Blue is below zero, orange above, each layer over its own range. Point at a number to read it.</p>`}
    </section>`;
  }

  private controls({ tensors }: LayerWeights): TemplateResult {
    const { perUnit, order, zoom } = this.client.view;
    const several = tensors.some(({ pictures }) => pictures !== undefined && pictures.count > 1);
    return html`<span class="learned-controls">
      ${several ? segments({
        label: 'Order', showLabel: true, value: order, onChange: value => this.change({ order: value }),
        choices: [{ value: 'unit', label: 'As in the layer' }, { value: 'norm', label: 'Strongest first', title: 'By the length of their weight vector' }],
      }) : nothing}
      ${several ? checkbox({ label: 'Own colours', title: 'Each picture over its own range of weights, so that weak ones are seen, too', checked: perUnit, onChange: value => this.change({ perUnit: value }) }) : nothing}
      ${slider({ label: 'Size', value: zoom, min: 0, max: 24, step: 1, format: value => (value === 0 ? 'auto' : `${value}×`), onInput: value => this.change({ zoom: value }) })}
    </span>`;
  }

  private pictures({ run }: ShownModel, layer: DiagramLayer, { title, pictures }: LayerWeights['tensors'][number]): TemplateResult | typeof nothing {
    if (pictures === undefined) return nothing;
    const { perUnit, zoom } = this.client.view;
    const cut = [
      ...(pictures.units.length < pictures.count ? [`${grouped(pictures.units.length)} of ${grouped(pictures.count)} ${pictures.unit}s`] : []),
      ...(pictures.channels < pictures.allChannels ? [`${grouped(pictures.channels)} of ${grouped(pictures.allChannels)} channels`] : []),
    ];
    return html`<div class="tiles"><p class="tiles-head"><b>${title}</b> ${pictures.says}${cut.length === 0 ? '' : ` Shown: ${cut.join(', ')}.`}
        ${iconButton({ label: `Save pictures of ${title} as PNG…`, icon: 'device-camera', onClick: () => this.client.run(this.savePictures(title)) })}</p>
      <ae-tiles data-tensor=${title} .pictures=${pictures} .heading=${`${run?.name ?? ''}: ${layer.name}, ${title}`} .theme=${this.theme} ?perUnit=${perUnit} .zoom=${zoom}></ae-tiles></div>`;
  }

  // ── What is done ──────────────────────────────────────────────────────────────────────────────────────────────────

  private show(id: string): void {
    this.client.run(this.client.request('showModelOf', id === FILE ? {} : { runId: id }));
  }

  private pick(key: string): void {
    this.change({ layer: key });
    this.querySelector(`ae-activation[data-layer="${CSS.escape(key)}"]`)?.scrollIntoView({ block: 'nearest' });
    if (this.model?.run === undefined) this.reveal(key);
  }

  private reveal(layer?: string): void {
    this.client.run(this.client.request('reveal', layer === undefined ? {} : { layer }));
  }

  private async saveDiagram(diagram: Diagram): Promise<void> {
    const drawn = this.querySelector('ae-diagram')?.picture;
    if (drawn === undefined) return;
    const canvas = await exportFigure(drawn, { title: `${diagram.title}: ${diagram.compression}`, xTitle: '', yTitle: '', series: [] }, this.theme);
    await this.save('model', await pngBytes(canvas));
  }

  private async savePictures(title: string): Promise<void> {
    const tiles = [...this.querySelectorAll('ae-tiles')].find(each => each.dataset['tensor'] === title);
    const canvas = tiles?.toCanvas();
    if (canvas !== undefined) await this.save(`weights-${title.replaceAll(' ', '-')}`, await pngBytes(canvas));
  }

  private async save(what: string, bytes: Uint8Array): Promise<void> {
    const name = this.model?.run?.name ?? this.model?.file?.name ?? 'model';
    await this.client.request('saveFile', { suggestedName: `${name}-${what}.png`, kind: 'png', bytes });
  }
}
