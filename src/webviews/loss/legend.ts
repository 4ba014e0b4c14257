// The table under the chart: one row per run with its state, its values at the cursor (or the latest) and its best, which is
// legend, read-out and switch in one.
import { html, nothing, svg, type TemplateResult } from 'lit';
import { baselineText, type Baseline } from '../../core/baseline.ts';
import { verdictMark } from '../shared/baseline.ts';
import { markPath } from '../../view/marks.ts';
import { commandsFor, describeRun, distinctNames, formatNumber, formatValue, progressText, stateIcon, type RunCommand } from '../../view/runs.ts';
import type { Theme } from '../shared/theme.ts';
import { iconButton } from '../shared/toolkit.ts';
import { measuredOn } from '../../view/loss/groups.ts';
import { lineStyle, type Line, type LossView } from '../../view/loss/lines.ts';
import { chooseCurve, nearestIndex, type StoredRun } from '../../view/loss/store.ts';

export interface LegendOptions {
  readonly runs: readonly StoredRun[];
  readonly lines: readonly Line[];
  readonly view: LossView;
  readonly theme: Theme;
  /** Position under the cursor. */
  readonly at: number | undefined;
  /** What the position is: "epoch 12". */
  readonly atText: string;
  readonly onToggle: (runId: string) => void;
  readonly onOnly: (runId: string) => void;
  readonly onCommand: (command: RunCommand, runId: string) => void;
}

const commandLook: Record<RunCommand, { label: string; icon: string }> = {
  pause: { label: 'Pause', icon: 'debug-pause' },
  continue: { label: 'Continue', icon: 'play' },
  stop: { label: 'Stop', icon: 'debug-stop' },
  resume: { label: 'Resume', icon: 'debug-restart' },
  train: { label: 'Train Again', icon: 'play' },
};

export function legend(options: LegendOptions): TemplateResult {
  const { runs, view } = options;
  const names = distinctNames(runs.map(r => r.run));
  const showTrain = view.splits !== 'validation';
  const showValidation = view.splits !== 'train';
  const note = measuredOn(view.value);
  const components = runs.some(({ run }) => run.baseline !== undefined);
  return html`<div class="legend"><table>
    <thead><tr>
      <th scope="col">${options.atText}</th>
      ${showTrain ? html`<th scope="col" class="value" title=${note ?? nothing}>Train</th>` : nothing}
      ${showValidation ? html`<th scope="col" class="value" title=${note ?? nothing}>Validation</th>` : nothing}
      ${view.value === 'loss' && showValidation ? html`<th scope="col" class="value best">Best <span class="unit">(epoch)</span></th>` : nothing}
      ${components ? html`<th scope="col" class="value baseline" title="Mean squared error of the validation samples, beside that of principal components with as many numbers in their code"><span class="number-head">mse <span class="unit">(PCA)</span></span><span class="mark-head" aria-hidden="true">PCA</span></th>` : nothing}
      <th scope="col"><span class="visually-hidden">Actions</span></th>
    </tr></thead>
    <tbody>${runs.map((stored, index) => {
      const { run } = stored;
      const hidden = view.hidden.includes(run.id);
      const best = stored.bestEpoch === undefined ? undefined : chooseCurve(stored, 'loss', 'validation', 'epoch')?.atEpoch(stored.bestEpoch);
      return html`<tr class=${hidden ? 'off' : ''}>
        <th scope="row"><div class="run-line"><button type="button" class="run-toggle" aria-pressed=${hidden ? 'false' : 'true'}
          title=${`${hidden ? 'Show' : 'Hide'} ${names.get(run.id)!}${runs.length > 1 ? ' (double click: only this one)' : ''}`}
          @click=${() => options.onToggle(run.id)} @dblclick=${() => options.onOnly(run.id)}>
          <span class="codicon codicon-${hidden ? 'eye-closed' : 'eye'}" aria-hidden="true"></span>
          <span class="run-name">${run.name}</span><span class="run-moment">${names.get(run.id)!.slice(run.name.length)}</span></button>
          <span class="run-state muted small" title=${run.message === undefined ? describeRun(run) : `${describeRun(run)}: ${run.message}`}><span class="codicon codicon-${stateIcon(run.state)}" aria-hidden="true"></span><span
          class="state-words">${describeRun(run)}</span><span class="state-short" aria-hidden="true">${progressText(run)}</span></span></div></th>
        ${showTrain ? valueCell(options, stored, index, 'train', hidden) : nothing}
        ${showValidation ? valueCell(options, stored, index, 'validation', hidden) : nothing}
        ${view.value === 'loss' && showValidation ? html`<td class="value best number">${best === undefined ? '–' : html`${formatValue(best)} <span class="unit">(${stored.bestEpoch})</span>`}</td>` : nothing}
        ${components ? baselineCell(run.baseline) : nothing}
        <td class="actions">${commandsFor(run).map(command => iconButton({
          label: `${commandLook[command].label} ${run.name}`, icon: commandLook[command].icon, onClick: () => options.onCommand(command, run.id),
        }))}</td>
      </tr>`;
    })}</tbody></table></div>`;
}

function baselineCell(baseline: Baseline | undefined): TemplateResult {
  if (baseline === undefined) return html`<td class="value baseline number">–</td>`;
  return html`<td class="value baseline number" title=${baselineText(baseline, formatNumber)}>${verdictMark(baseline)}<span class="baseline-numbers">${baseline.model === undefined ? '' : formatValue(baseline.model)} <span class="unit">(${formatValue(baseline.mse)})</span></span></td>`;
}

function valueCell(options: LegendOptions, stored: StoredRun, index: number, split: 'train' | 'validation', hidden: boolean): TemplateResult {
  const style = lineStyle(index, options.runs.length, split);
  const color = options.theme.category(style.color);
  const value = valueAt(options, stored, split, hidden);
  const swatch = svg`<line x1="0" y1="6" x2="28" y2="6" stroke=${color} stroke-width=${style.width} stroke-dasharray=${style.dash.join(' ')}></line>
    <path d=${markPath(style.mark, 14, 6, 3.4)} fill=${color}></path>`;
  return html`<td class="value number"><svg class="swatch" width="28" height="12" viewBox="0 0 28 12" aria-hidden="true">${swatch}</svg>${
    value === undefined ? '–' : html`<span class=${Number.isFinite(value) ? '' : 'bad'}>${formatValue(value)}</span>`}</td>`;
}

/** The value nearest to the cursor as drawn, or the newest as recorded. */
function valueAt(options: LegendOptions, stored: StoredRun, split: 'train' | 'validation', hidden: boolean): number | undefined {
  if (options.at === undefined || hidden) {
    const points = chooseCurve(stored, options.view.value, split, options.view.per);
    return points?.y[points.count - 1];
  }
  const line = options.lines.find(l => l.runId === stored.run.id && l.split === split);
  const index = line && nearestIndex(line.x, options.at);
  return index === undefined ? undefined : line!.y[index];
}
