// <report-page>: how good a trained model is, one section for each way to judge it. A section is there when it has something to
// show; the tool bar starts what is missing.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { PageCommand, ReportHostMessage, ReportRun } from '../../protocol/messages.ts';
import { StudioPage } from '../shared/page.ts';
import { pngBytes } from '../shared/pixels.ts';
import { describeRun, distinctNames, stateIcon } from '../../view/runs.ts';
import { button, dropdown, emptyState, iconButton } from '../shared/toolkit.ts';
import { baselineSection, hasBaseline } from './baseline-section.ts';
import { evaluationSection } from './evaluation-section.ts';
import { generatedSection } from './generated-section.ts';
import { probeSection } from './probe-section.ts';
import { robustnessSection } from './robustness-section.ts';
import { defaultView, type ReportContext, type ReportView } from './view.ts';

const jobs: readonly { readonly command: PageCommand; readonly label: string; readonly icon: string; readonly title: string }[] = [
  { command: 'probe', label: 'Probe…', icon: 'beaker', title: 'Train classifiers on the codes and on the pixels, and compare them' },
  { command: 'testRobustness', label: 'Test Robustness…', icon: 'shield', title: 'Give it noise at several strengths' },
  { command: 'generate', label: 'Generate…', icon: 'sparkle', title: 'Decode new codes into samples' },
  { command: 'evaluate', label: 'Evaluate', icon: 'checklist', title: 'All metrics on validation and training samples, whole and by class' },
];

@customElement('report-page')
export class ReportPage extends StudioPage<ReportHostMessage, ReportView> {
  @state() private runs: readonly ReportRun[] = [];
  @state() private loaded = false;

  constructor() {
    super(defaultView);
  }

  protected override async receive(message: Extract<ReportHostMessage, { type: 'snapshot' | 'update' }>): Promise<void> {
    this.loaded = true;
    this.runs = message.type === 'snapshot' ? message.runs : this.runs.map(r => (r.run.id === message.report.run.id ? message.report : r));
    await this.updateComplete;
  }

  override render(): TemplateResult {
    const { runs } = this;
    if (!this.loaded) return emptyState({ busy: true, title: 'Loading…' });
    const first = runs[0];
    if (first === undefined) {
      return emptyState({ icon: 'graph', title: 'No runs to show', text: 'Pick one or more runs to see how good they are.', action: button({ label: 'Add Runs…', icon: 'add', primary: true, onClick: () => this.pickRuns() }) });
    }
    const context = this.context();
    const sections = [
      ...(runs.some(hasBaseline) ? [baselineSection(context)] : []),
      ...(runs.some(r => r.evaluation !== undefined) ? [evaluationSection(context)] : []),
      ...(runs.some(r => r.probe !== undefined) ? [probeSection(context)] : []),
      ...(runs.some(r => r.robustness.length > 0) ? [robustnessSection(context)] : []),
      ...(runs.some(r => r.generated.length > 0) ? [generatedSection(context)] : []),
    ];
    if (sections.length === 0 && runs.length === 1) return this.nothingYet(first);
    // Training itself leaves the baseline; all else has to be asked for.
    const judged = runs.some(r => r.evaluation !== undefined || r.probe !== undefined || r.robustness.length > 0 || r.generated.length > 0);
    return html`${this.toolbar()}<div class="report" tabindex="0" role="region" aria-label="Report">${this.runLines()}${sections}
      ${judged ? nothing : html`<p class="muted hint">What the codes are worth to a classifier, how noise is coped with and what is invented was not judged yet: choose above.</p>`}</div>`;
  }

  private context(): ReportContext {
    const { client } = this;
    return {
      runs: this.runs, names: distinctNames(this.runs.map(r => r.run)), theme: this.theme, view: client.view,
      change: patch => {
        client.updateView(patch);
        this.requestUpdate();
      },
      command: (command, runId) => client.command(command, runId),
      pictures: { read: (runId, file) => client.request('file', { runId, file }), save: (name, bytes) => this.save(name, 'png', bytes) },
      savePng: (name, canvas) => client.run(Promise.resolve(canvas).then(async c => this.save(name, 'png', await pngBytes(c)))),
      saveCsv: (name, text) => this.save(name, 'csv', new TextEncoder().encode(text)),
    };
  }

  private save(suggestedName: string, kind: 'png' | 'csv', bytes: Uint8Array): void {
    const { runs } = this;
    const prefix = runs.length === 1 ? runs[0]!.run.name : `${runs.length}-runs`;
    this.client.run(this.client.request('saveFile', { suggestedName: `${prefix}-${suggestedName}`, kind, bytes }));
  }

  /** The run that the tool bar's commands are about. */
  private get chosen(): ReportRun {
    return this.runs.find(r => r.run.id === this.client.view.runId) ?? this.runs[0]!;
  }

  private toolbar(): TemplateResult {
    const names = distinctNames(this.runs.map(r => r.run));
    return html`<div class="toolbar" role="toolbar" aria-label="Judge">
      ${this.runs.length > 1 ? dropdown({
        label: 'Run', value: this.chosen.run.id, choices: this.runs.map(({ run }) => ({ value: run.id, label: names.get(run.id)! })),
        onChange: runId => { this.client.updateView({ runId }); this.requestUpdate(); },
      }) : nothing}
      ${jobs.map(({ command, label, icon, title }) => button({ label, icon, title, onClick: () => this.client.command(command, this.chosen.run.id) }))}
      <span class="group">${iconButton({ label: 'Export report as one file…', icon: 'export', onClick: () => this.client.command('exportReport', this.chosen.run.id) })}${iconButton({ label: 'Add runs…', icon: 'add', onClick: () => this.pickRuns() })}</span>
    </div>`;
  }

  private runLines(): TemplateResult {
    const names = distinctNames(this.runs.map(r => r.run));
    return html`<ul class="run-lines">${this.runs.map(({ run, values, lossName }) => html`<li><span class="codicon codicon-${stateIcon(run.state)}" aria-hidden="true"></span>
      <span class="figure-name" title=${names.get(run.id)!}>${names.get(run.id)}</span><span class="muted small">${describeRun(run)}${values['loss'] === undefined ? '' : `, ${lossName} ${values['loss'].toPrecision(4)}`}</span></li>`)}</ul>`;
  }

  private nothingYet({ run }: ReportRun): TemplateResult {
    return emptyState({
      icon: 'graph', title: `${run.name} was not judged yet`,
      text: 'See what its codes are worth to a classifier, how it copes with noise, and what it invents. Each takes from seconds to some minutes.',
      action: html`<div class="empty-actions">${jobs.map(({ command, label, icon, title }, i) => button({ label, icon, title, primary: i === 0, onClick: () => this.client.command(command, run.id) }))}</div>`,
    });
  }

  private pickRuns(): void {
    this.client.run(this.client.request('pickRuns', {}));
  }
}
