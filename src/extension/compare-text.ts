// Two or more runs side by side, as Markdown: the settings in which they differ, and how each ended.
import { baselineVerdict } from '../core/baseline.ts';
import { rankRuns, type RunComparison, type FinalNumbers } from '../runs/compare.ts';
import { markdownText } from './markdown-text.ts';
import { formatDuration, formatLoss, stateNames } from './status-text.ts';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => i === 0 ? ':--' : '--:')), ...rows.map(line)];
}

function formatSetting(value: unknown): string {
  return value === undefined ? '–' : `\`${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('|', '\\|')}\``;
}

type Result = readonly [name: string, value: (run: FinalNumbers) => string | undefined];

const losses: readonly Result[] = [
  ['State', run => stateNames[run.state]],
  ['Epochs', run => String(Math.floor(run.epoch))],
  ['Best validation loss', run => run.bestValidationLoss === undefined ? undefined : formatLoss(run.bestValidationLoss)],
  ['at epoch', run => run.bestEpoch === undefined ? undefined : String(Math.round(run.bestEpoch))],
  ['Last validation loss', run => run.validationLoss === undefined ? undefined : formatLoss(run.validationLoss)],
  ['Last training loss', run => run.trainLoss === undefined ? undefined : formatLoss(run.trainLoss)],
];
const others: readonly Result[] = [
  ['Mean squared error', run => run.baseline?.model === undefined ? undefined : formatLoss(run.baseline.model)],
  ['that of principal components', run => run.baseline === undefined ? undefined : formatLoss(run.baseline.mse)],
  ['The model is', run => run.baseline && baselineVerdict(run.baseline)],
  ['Parameters', run => run.parameters?.toLocaleString('en')],
  ['Duration', run => formatDuration(run.elapsed)],
];

/** Metrics after the last epoch, of both splits: "Last validation accuracy", "Last training accuracy". */
function metricResults(runs: readonly FinalNumbers[]): readonly Result[] {
  const names = [...new Set(runs.flatMap(run => Object.keys({ ...run.validationMetrics, ...run.trainMetrics })))];
  return names.flatMap((name): Result[] => (['validation', 'train'] as const).map(split => [`Last ${split === 'train' ? 'training' : split} ${name}`, run => {
    const value = run[`${split}Metrics`][name];
    return value === undefined ? undefined : formatLoss(value);
  }]));
}

export function comparisonMarkdown(comparison: RunComparison): string {
  const { runs, differences } = comparison;
  const { best, apart } = rankRuns(comparison);
  const sameName = new Set(runs.map(run => run.name)).size < runs.length;
  const head = runs.map((run, i) => `${markdownText(sameName ? `${run.name} (${run.id})` : run.name)}${i === best ? ' ★' : ''}`);
  const rows = [...losses, ...metricResults(runs), ...others]
    .map(([name, value]) => [name, ...runs.map((run, i) => {
      const text = value(run);
      return text === undefined ? '–' : name === 'Best validation loss' && i === best ? `**${text}**` : markdownText(text);
    })])
    .filter(row => row.slice(1).some(text => text !== '–'));
  return [
    `# ${runs.length} runs compared`, '',
    '## Results', '', ...table(['', ...head], rows), '',
    ...(best === undefined ? [] : ['★ lowest validation loss', '']),
    ...(apart.length === 0 ? [] : [`The losses do not mean the same, so the lowest is not the best: the runs differ in ${apart.map(path => `\`${path}\``).join(', ')}.`, '']),
    '## Settings that differ', '',
    ...(differences.length === 0
      ? ['None: the resolved configs are equal.']
      : table(['Setting', ...head], differences.map(({ path, values }) => [`\`${path}\``, ...values.map(formatSetting)]))),
    '',
  ].join('\n');
}
