// One line that tells how training goes: redrawn on a terminal, one per epoch elsewhere. `progressLine` is pure; parts
// that matter less give way when the terminal is narrow.
import type { RunStatus, ScalarValues } from '../runs/events.ts';
import { formatCount, formatDuration, formatLoss } from './format.ts';
import { paint, type Terminal } from './terminal.ts';

export type Progress = Pick<RunStatus, 'state' | 'epoch' | 'epochs' | 'samplesPerSecond' | 'timeLeft' | 'trainLoss' | 'validationLoss' | 'mse' | 'pca' | 'message'> & {
  /** Of the newest epoch. */
  readonly trainMetrics?: ScalarValues;
  readonly validationMetrics?: ScalarValues;
};

const BAR = { least: 8, most: 30 };
const GAP = '  ';
const blocks = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of that many columns, filled to a share in [0, 1], in eighths of a column. */
export function bar(share: number, columns: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * columns * 8);
  const filled = '█'.repeat(Math.floor(eighths / 8)) + blocks[eighths % 8]!;
  return filled.padEnd(columns, '·');
}

/** At most `width` columns. */
export function progressLine(progress: Progress, width: number): string {
  const { state, epoch, epochs } = progress;
  if (state === 'preparing') return cut(`Preparing: ${progress.message ?? ''}`, width);
  const share = epochs > 0 ? epoch / epochs : 0;
  // What comes before the first epoch says itself what it is.
  const head = progress.message || `Epoch ${Math.min(epochs, Math.floor(epoch) + 1)}/${epochs}`;
  const percent = progress.message ? '' : `${Math.floor(share * 100)} %`.padStart(5);
  // In the order in which they are kept.
  const parts = [
    ...(state === 'paused' ? ['paused'] : []),
    ...(progress.trainLoss === undefined ? [] : [`loss ${formatLoss(progress.trainLoss)}`]),
    ...(progress.validationLoss === undefined ? [] : [`validation ${formatLoss(progress.validationLoss)}`]),
    ...comparison(progress),
    ...(progress.timeLeft === undefined ? [] : [`${formatDuration(progress.timeLeft)} left`]),
    ...(progress.samplesPerSecond === undefined ? [] : [`${formatCount(progress.samplesPerSecond)} samples/s`]),
    ...metricParts(progress),
  ];
  const shown: string[] = [];
  let room = width - head.length - percent.length - GAP.length;
  for (const part of parts) {
    if (room < GAP.length + part.length) break;
    shown.push(part);
    room -= GAP.length + part.length;
  }
  const columns = Math.min(BAR.most, room - 1);
  const start = columns >= BAR.least && percent !== '' ? `${head} ${bar(share, columns)}` : head;
  return cut([`${start} ${percent}`.trimEnd(), ...shown].join(GAP), width);
}

/** Principal components, once they are known, beside the error that they are compared with: the validation loss, or "mse". */
function comparison({ validationLoss, mse, pca }: Progress): string[] {
  if (pca === undefined) return [];
  return [mse === undefined || mse === validationLoss ? `PCA ${formatLoss(pca)}` : `mse ${formatLoss(mse)} (PCA ${formatLoss(pca)})`];
}

/** "accuracy train 0.41 validation 0.38" of each metric. */
function metricParts({ trainMetrics = {}, validationMetrics = {} }: Progress): string[] {
  return Object.entries(trainMetrics).map(([name, value]) => {
    const other = validationMetrics[name];
    return `${name} train ${formatLoss(value)}${other === undefined ? '' : ` validation ${formatLoss(other)}`}`;
  });
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Milliseconds between two drawings of the line. */
const REDRAW = 100;

/** Keeps the line on a terminal up to date. */
export class ProgressDisplay {
  private progress: Progress = { state: 'preparing', epoch: 0, epochs: 0 };
  private drawn = false;
  private lastDraw = -Infinity;

  constructor(private readonly terminal: Terminal) {}

  /** New facts. */
  update(facts: Partial<Progress>): void {
    const before = this.progress.state;
    const changed = facts.state !== undefined && facts.state !== before;
    this.progress = { ...this.progress, ...facts };
    if (!this.terminal.interactive) {
      if (changed && facts.state === 'paused') this.terminal.err('Paused.\n');
      if (changed && before === 'paused' && facts.state === 'training') this.terminal.err('Going on.\n');
      return;
    }
    const now = performance.now();
    if (changed || now - this.lastDraw >= REDRAW) this.draw();
  }

  /** An epoch ended; without a terminal that is a line of its own. */
  epochDone(epoch: number): void {
    if (this.terminal.interactive) return;
    const { epochs, trainLoss, validationLoss, samplesPerSecond, timeLeft } = this.progress;
    const parts = [
      `epoch ${epoch}/${epochs}`,
      ...(trainLoss === undefined ? [] : [`loss ${formatLoss(trainLoss)}`]),
      ...(validationLoss === undefined ? [] : [`validation ${formatLoss(validationLoss)}`]),
      ...comparison(this.progress),
      ...metricParts(this.progress),
      ...(samplesPerSecond === undefined ? [] : [`${formatCount(samplesPerSecond)} samples/s`]),
      ...(timeLeft === undefined ? [] : [`${formatDuration(timeLeft)} left`]),
    ];
    this.terminal.err(`${parts.join('  ')}\n`);
  }

  /** An epoch of pretraining told of errors by layer; without a terminal that is a line of its own. */
  pretrained(epoch: number, split: string, values: Readonly<Record<string, number>>): void {
    if (this.terminal.interactive) return;
    for (const [name, error] of Object.entries(values)) this.terminal.err(`${name} epoch ${epoch}  ${split} error ${formatLoss(error)}\n`);
  }

  /** Writes a line of its own above the progress. */
  say(text: string): void {
    this.erase();
    this.terminal.err(`${text}\n`);
    if (this.terminal.interactive && this.lastDraw > 0) this.draw();
  }

  /** Takes the line away. */
  erase(): void {
    if (this.drawn) this.terminal.err('\r\u001b[2K');
    this.drawn = false;
  }

  private draw(): void {
    this.lastDraw = performance.now();
    this.drawn = true;
    const line = progressLine(this.progress, Math.max(20, this.terminal.width() - 1));
    this.terminal.err(`\r\u001b[2K${paint(this.terminal, this.progress.state === 'paused' ? 'yellow' : 'cyan', line)}`);
  }
}
