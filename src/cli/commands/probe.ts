// `aeconf probe RUN`
import { StudioError } from '../../core/errors.ts';
import type { ProbeSubject } from '../../model/classifier.ts';
import type { Classification, ProbeReport, SubjectReport } from '../../runs/probe.ts';
import { openRun } from '../../trainer/opened-run.ts';
import { probe, type ProbeOptions } from '../../trainer/probe.ts';
import type { Arguments } from '../arguments.ts';
import type { Handler } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount, formatDuration, formatLoss } from '../format.ts';
import { accessOf, checkpointOf } from '../run-options.ts';
import { formatTable } from '../table.ts';
import { paint, type Terminal } from '../terminal.ts';
import { findRun, runsFolderFor } from '../workspace.ts';

export const probeRun: Handler = async ({ args, terminal, json, signal }) => {
  const changes = changesOf(args);
  const { folder, id } = await findRun(args.positionals[0]!, runsFolderFor(process.cwd(), args.text('runs')));
  const access = accessOf(args);
  const run = await openRun(folder, access, checkpointOf(args));
  const progress = new Progress(terminal);
  try {
    const report = await probe(folder, run, {
      changes, signal,
      ...(access.threads === undefined ? {} : { threads: access.threads }),
      ...(json ? {} : { onProgress: found => { progress.show(found); } }),
    });
    progress.erase();
    terminal.out(json ? `${JSON.stringify({ id, folder, ...report })}\n` : reportText(id, report, args.flag('confusion')));
    return exitCodes.ok.code;
  } finally {
    progress.erase();
    await run.close();
  }
};

const subjects: readonly ProbeSubject[] = ['codes', 'pixels', 'reconstructions'];

function changesOf(args: Arguments): NonNullable<ProbeOptions['changes']> {
  const on = args.all('on').flatMap(text => text.split(',')).map(word => {
    const found = subjects.find(subject => subject === word.trim());
    if (found === undefined) throw new StudioError('usage', `--on takes ${subjects.join(', ')}, not "${word}".`);
    return found;
  });
  const epochs = args.integer('epochs');
  const neighbors = args.integer('neighbors', 0);
  return {
    ...(on.length > 0 ? { on } : {}), ...(args.flag('linear') ? { layers: [] } : {}),
    ...(epochs === undefined ? {} : { epochs }), ...(neighbors === undefined ? {} : { neighbors }),
  };
}

/** What is being done, on one line of a terminal; elsewhere a line for every epoch reported. */
class Progress {
  private drawn = false;
  private last = '';

  constructor(private readonly terminal: Terminal) {}

  show({ message, subjects: judged }: ProbeReport): void {
    const subject = judged.at(-1);
    const point = subject?.result === undefined ? subject?.curve.at(-1) : undefined;
    const figures = point === undefined ? '' : `  loss ${formatLoss(point.trainLoss)}  accuracy ${percent(point.trainAccuracy)}  validation ${percent(point.validationAccuracy)}`;
    const line = `${message ?? ''}${figures}`;
    if (message === undefined || line === this.last) return;
    this.last = line;
    if (!this.terminal.interactive) {
      this.terminal.err(`${line}\n`);
      return;
    }
    this.drawn = true;
    this.terminal.err(`\r\u001b[2K${paint(this.terminal, 'cyan', line.slice(0, Math.max(20, this.terminal.width() - 1)))}`);
  }

  erase(): void {
    if (this.drawn) this.terminal.err('\r\u001b[2K');
    this.drawn = false;
  }
}

/** "89.27 %". */
function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function reportText(id: string, { checkpoint, epoch, samples, settings, subjects: judged }: ProbeReport, withConfusion: boolean): string {
  const layers = settings.layers.length === 0 ? 'linear classifier' : `classifier of ${[...settings.layers.map(({ type }) => type), 'dense'].join(', ')}`;
  const head = `${id}, checkpoint "${checkpoint}" (epoch ${epoch})\n${layers}; ${settings.epochs} epochs on ${formatCount(samples.train)} samples, judged on ${formatCount(samples.validation)}\n\n`;
  const neighbors = judged.find(subject => subject.neighbors)?.neighbors;
  const row = ({ on, parameters, result, best, neighbors: votes, seconds }: SubjectReport): string[] => [
    on, percent(result?.accuracy ?? NaN), best === undefined ? '' : `${percent(best.accuracy)} (${best.epoch})`,
    ...(neighbors === undefined ? [] : [votes === undefined ? '' : percent(votes.accuracy)]),
    formatCount(parameters.total), formatCount(parameters.trainable), formatDuration(seconds + (votes?.seconds ?? 0)),
  ];
  const header = ['On', 'Accuracy', 'Best (epoch)', ...(neighbors === undefined ? [] : [`${neighbors.k} nearest`]), 'Parameters', 'Trainable', 'Time'];
  const table = formatTable([header, ...judged.map(row)], { right: header.map((_, i) => i).slice(1) });
  return head + table + (withConfusion ? judged.map(confusionText).join('') : '');
}

function confusionText({ on, result, neighbors }: SubjectReport): string {
  return (result === undefined ? '' : `\nClassifier on ${on}\n${classificationText(result)}`)
    + (neighbors === undefined ? '' : `\n${neighbors.k} nearest neighbours among ${on}\n${classificationText(neighbors)}`);
}

/** The confusion matrix, a row for each true class and a column for each predicted one, and the figures of each class. */
function classificationText({ confusion, classes }: Classification): string {
  const figures = ['Precision', 'Recall', 'F1', 'Samples'];
  const rows = confusion.map((counts, i) => {
    const { name, precision, recall, f1, support } = classes[i]!;
    return [`${i} ${name}`, ...counts.map(count => (count === 0 ? '·' : String(count))), ...[precision, recall, f1].map(share => share.toFixed(3)), formatCount(support)];
  });
  const header = ['True class', ...confusion.map((_, i) => `${i}`), ...figures];
  return formatTable([header, ...rows], { right: header.map((_, i) => i).slice(1) });
}
