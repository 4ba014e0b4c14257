// The model page's host: the diagram of a config as its text is now, or of one of its runs with what its layers have learned. It
// follows keystrokes and the cursor at once, checkpoints of a run that trains at a calm pace.
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { StudioError, messageOf } from '../../core/errors.ts';
import { layersAt, placeOf, readDiagram, type DiagramReading, type LayerPaths } from '../../model/diagram.ts';
import type { Diagram, ModelHostMessage, Requests, RunLabel, ShownModel } from '../../protocol/messages.ts';
import type { Diagnostic } from '../../spec/diagnostics.ts';
import { languageId } from '../contributions.ts';
import { readActivations } from '../run-activations.ts';
import { readLayerWeights, checkpointVersions, readRunDiagram } from '../run-weights.ts';
import { toLabel } from '../run-record.ts';
import { sameFile } from '../same-file.ts';
import { trustCure } from '../trust.ts';
import { ModelFacts } from './model-facts.ts';
import { PagePanel, panelTitle, type PanelHost } from './page-panel.ts';

/** Milliseconds without a keystroke before the diagram follows, and without a move before the cursor is told. */
const TYPING_PAUSE = 120;
const CURSOR_PAUSE = 40;
/** Checkpoints are told no more often than this while nothing else happens, in milliseconds. */
const CALM = 2000;
/** Runs there are to choose from. */
const MOST_RUNS = 100;

export class ModelPanel extends PagePanel<ModelHostMessage> {
  protected readonly answers = {
    weights: ({ runId, layer, checkpoint, order }: Requests['weights']['params']) => readLayerWeights(this.recordOf(runId).folder, layer, checkpoint, order),
    activations: ({ runId, sample, checkpoint }: Requests['activations']['params']) => {
      // One at a time: who goes on to another sample no longer wants the one before.
      this.looking?.abort();
      const { signal } = this.looking = new AbortController();
      return readActivations(this.host.studio.program, this.recordOf(runId).folder, { sample, checkpoint, signal });
    },
    showModelOf: ({ runId }: Requests['showModelOf']['params']) => this.choose(runId),
    reveal: ({ layer }: Requests['reveal']['params']) => this.reveal(layer),
  };
  private file: string | undefined;
  private readonly facts: ModelFacts;
  /** The last text that could be drawn. */
  private drawn: { readonly diagram: Diagram; readonly paths: LayerPaths } | undefined;
  private error: Diagnostic | undefined;
  private told = { runs: '', checkpoints: '' };
  private calmUntil = 0;
  private typing: NodeJS.Timeout | undefined;
  private moving: NodeJS.Timeout | undefined;
  private calm: NodeJS.Timeout | undefined;
  private looking: AbortController | undefined;

  constructor(host: PanelHost, panel: vscode.WebviewPanel) {
    super('model', host, panel, false);
    this.facts = new ModelFacts(host.studio, () => this.hydrate());
    this.owner.add({ dispose: () => [this.typing, this.moving, this.calm].forEach(timer => { clearTimeout(timer); }) });
    this.owner.add({ dispose: () => this.facts.dispose() });
    this.owner.add({ dispose: () => this.looking?.abort() });
    this.owner.add(vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (!this.isFile(document)) return;
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.hydrate(), TYPING_PAUSE);
    }));
    this.owner.add(vscode.workspace.onDidSaveTextDocument(document => { if (this.isFile(document)) this.hydrate(); }));
    this.owner.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.hydrate()));
    this.owner.add(vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => { if (this.isFile(textEditor.document)) this.moved(); }));
    this.owner.add(vscode.window.onDidChangeActiveTextEditor(() => this.moved()));
  }

  override get config(): string | undefined {
    return this.file;
  }

  /** What the page is about, told before it shows anything. */
  about(config: string | undefined): void {
    this.file = config;
  }

  protected override titleOfShown(): string {
    if (this.file === undefined) return super.titleOfShown();
    return panelTitle('model', [{ id: '', name: nameOf(this.file), state: 'finished', epoch: 0, epochs: 0, star: false }]);
  }

  protected async snapshot(): Promise<ModelHostMessage> {
    return { type: 'snapshot', revision: this.nextRevision(), model: await this.model() };
  }

  protected async increment(): Promise<ModelHostMessage | undefined> {
    const now = this.stamps();
    if (now.runs === this.told.runs) {
      if (now.checkpoints === this.told.checkpoints) return undefined;
      const wait = this.calmUntil - performance.now();
      if (wait > 0) {
        this.calm ??= setTimeout(() => {
          this.calm = undefined;
          this.refresh();
        }, wait + 1);
        return undefined;
      }
    }
    return { type: 'update', revision: this.nextRevision(), model: await this.model() };
  }

  private isFile({ uri }: vscode.TextDocument): boolean {
    // An older version in a comparison has the path of the file, too.
    return (uri.scheme === 'file' || uri.scheme === 'untitled') && sameFile(this.file, uri.fsPath);
  }

  private get document(): vscode.TextDocument | undefined {
    return vscode.workspace.textDocuments.find(document => this.isFile(document));
  }

  private moved(): void {
    clearTimeout(this.moving);
    this.moving = setTimeout(() => this.hydrate(), CURSOR_PAUSE);
  }

  private ownRuns(): RunLabel[] {
    const { runs } = this.host.studio.store;
    return runs.filter(run => sameFile(run.configPath, this.file)).slice(0, MOST_RUNS).map(toLabel);
  }

  private stamps(): { readonly runs: string; readonly checkpoints: string } {
    const shown = this.runs[0];
    const label = shown && this.labelOf(shown);
    const runs = this.ownRuns().map(({ id, name, state }) => [id, name, state]);
    return {
      runs: JSON.stringify([runs, label?.id, label?.state, label?.name]),
      checkpoints: JSON.stringify(shown?.folder === undefined ? {} : checkpointVersions(shown.folder)),
    };
  }

  private async model(): Promise<ShownModel> {
    // Before reading: what is written meanwhile is told next time.
    this.told = this.stamps();
    this.calmUntil = performance.now() + CALM;
    const text = await this.text();
    const reading = text === undefined ? {} : this.read(text);
    const shown = this.runs[0];
    const common = {
      ...(this.file === undefined ? {} : { file: { name: nameOf(this.file), path: this.file } }),
      cursor: this.cursor(text), runs: this.ownRuns(),
    };
    if (shown !== undefined) {
      const run = this.labelOf(shown);
      if (shown.folder === undefined) return { ...common, run, checkpoints: {} };
      const checkpoints = checkpointVersions(shown.folder);
      try {
        return { ...common, run, checkpoints, diagram: await readRunDiagram(shown.folder, run.name) };
      } catch (error) {
        // A run that is being prepared, or is gone: the page keeps the way to the others.
        if (!(error instanceof StudioError)) throw error;
        return { ...common, run, checkpoints, trouble: { text: error.message, inText: false } };
      }
    }
    const trouble = this.troubleOf(text, reading);
    const memory = text === undefined || trouble !== undefined ? undefined : this.facts.of(text)?.memory;
    return {
      ...common, checkpoints: {}, ...(this.drawn === undefined ? {} : { diagram: this.drawn.diagram }),
      ...(trouble === undefined ? {} : { trouble }), ...(memory === undefined ? {} : { memory }),
    };
  }

  /** The config as it is now; undefined when it is gone. */
  private async text(): Promise<string | undefined> {
    if (this.file === undefined) return undefined;
    const { document } = this;
    if (document !== undefined) return document.getText();
    return fs.promises.readFile(this.file, 'utf8').catch(() => undefined);
  }

  private read(text: string): DiagramReading {
    const file = this.file!;
    const dirty = this.document?.isDirty ?? false;
    if (!dirty) this.facts.ask(file, text);
    const reading = readDiagram(text, file, nameOf(file), this.facts.shape);
    this.error = reading.error;
    if (reading.diagram !== undefined && reading.paths !== undefined) this.drawn = { diagram: reading.diagram, paths: reading.paths };
    return reading;
  }

  private troubleOf(text: string | undefined, { diagram, error }: DiagramReading): ShownModel['trouble'] {
    if (diagram !== undefined) return undefined;
    if (text === undefined) return { text: this.file === undefined ? 'There is no config to show.' : `${this.file} cannot be read any more: it was moved or deleted.`, inText: false };
    if (error !== undefined) return { text: `Line ${error.line}: ${error.message} ${error.cure}`.trim(), inText: true };
    if (!vscode.workspace.isTrusted) return { text: `The shapes of the layers depend on the data, which is read only in a trusted workspace. ${trustCure}`, inText: false };
    if (this.facts.failure !== undefined) return { text: this.facts.failure, inText: false };
    return { text: this.document?.isDirty === true ? 'The shapes of the layers depend on the data. Save the file, so that it is read.' : 'Looking at the data for the shape of a sample…', inText: false };
  }

  /** Layers that the cursor is at, as long as the text can be read. */
  private cursor(text: string | undefined): string[] {
    const editor = vscode.window.visibleTextEditors.find(({ document }) => this.isFile(document));
    if (text === undefined || editor === undefined || this.drawn === undefined) return [];
    return layersAt(text, this.drawn.paths, editor.document.offsetAt(editor.selection.active));
  }

  private choose(runId: string | undefined): Promise<boolean> {
    const record = runId === undefined ? undefined : this.recordOf(runId);
    this.show(record === undefined ? [] : [{ label: toLabel(record), folder: record.folder }]);
    return Promise.resolve(true);
  }

  private async reveal(layer: string | undefined): Promise<boolean> {
    const { file, error } = this;
    if (file === undefined) throw new StudioError('usage', 'The config of this model is not known.');
    const text = await this.text();
    const specPath = layer === undefined ? undefined : this.drawn?.paths.get(layer);
    const place = layer === undefined ? error : text === undefined || specPath === undefined ? undefined : placeOf(text, specPath);
    if (place === undefined) return false;
    const document = this.document ?? await opened(file);
    await vscode.window.showTextDocument(document, {
      viewColumn: this.columnFor(document), preserveFocus: layer !== undefined,
      selection: new vscode.Range(document.positionAt(place.offset), document.positionAt(place.offset + place.length)),
    });
    return true;
  }

  /** Where the text stands already, or beside the page: never over it. */
  private columnFor(document: vscode.TextDocument): vscode.ViewColumn {
    const open = vscode.window.tabGroups.all.find(group => group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === document.uri.toString()));
    if (open !== undefined) return open.viewColumn;
    return this.panel.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
  }
}

async function opened(file: string): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  } catch (cause) {
    throw new StudioError('usage', `${path.basename(file)} cannot be opened: ${messageOf(cause)}`, { cause });
  }
}

function nameOf(file: string): string {
  return path.basename(file, `.${languageId}`);
}

