// How a sweep is shown while it runs: for people a line for each training and the progress of what is being trained, for machines
// lines of JSON.
import { parseLine } from '../../core/json-lines.ts';
import type { RunEvent, RunStatus } from '../../runs/events.ts';
import { toJson } from '../../runs/json.ts';
import { valuesText, type SweepRecord } from '../../runs/sweep.ts';
import type { MemberEnd, MemberOptions } from '../../trainer/sweep.ts';
import { formatDuration, formatLoss } from '../format.ts';
import { ProgressDisplay } from '../progress.ts';
import { paint, type Terminal } from '../terminal.ts';

export interface SweepFollower {
  start(index: number): void;
  /** What a training in this process tells. */
  callbacks(index: number): Pick<MemberOptions, 'onRun' | 'onStatus' | 'onEvent'>;
  /** A line of JSON of a training in another process. */
  line(text: string): void;
  end(index: number, end: MemberEnd): void;
  close(): void;
}

/** The lines that `aeconf help sweep` promises. */
export class JsonFollower implements SweepFollower {
  constructor(private readonly terminal: Terminal) {}

  start(): void { /* its run tells */ }
  callbacks(index: number): ReturnType<SweepFollower['callbacks']> {
    const tell = (event: string, values: object): void => { this.line(toJson({ event, member: index, ...values })); };
    return {
      onRun: run => { tell('run', run); },
      onStatus: status => { tell('status', status); },
      onEvent: ({ type, ...values }: RunEvent) => { if (type !== 'end') tell(type, values); },
    };
  }
  line(text: string): void {
    // How a training ended is told once, by the process that sweeps.
    const event = parseLine(text)?.['event'];
    if (event !== 'member' && event !== 'error') this.terminal.out(`${text}\n`);
  }
  end(index: number, end: MemberEnd): void {
    this.terminal.out(`${toJson({ event: 'member', member: index, ...end })}\n`);
  }
  close(): void { /* nothing is left open */ }
}

export class SweepDisplay implements SweepFollower {
  private readonly progress: ProgressDisplay;
  private readonly latest = new Map<number, RunStatus>();

  constructor(private readonly terminal: Terminal, private readonly record: SweepRecord, private readonly together: boolean) {
    this.progress = new ProgressDisplay(terminal);
  }

  say(text: string): void {
    this.progress.say(text);
  }

  start(index: number): void {
    if (!this.together) this.say(paint(this.terminal, 'bold', this.title(index)));
  }

  callbacks(index: number): ReturnType<SweepFollower['callbacks']> {
    return {
      onStatus: status => { this.status(index, status); },
      onEvent: event => { if (event.type === 'alert' && event.level === 'warning') this.say(paint(this.terminal, 'yellow', event.message)); },
    };
  }

  line(text: string): void {
    const { event, member, ...status } = parseLine(text) ?? {};
    // A line of our own program, with all that a status has.
    if (event === 'status' && typeof member === 'number') this.status(member, status as unknown as RunStatus);
  }

  private status(index: number, status: RunStatus): void {
    this.latest.set(index, status);
    this.progress.update(this.together ? this.whole() : status);
  }

  /** All trainings as one: epochs done of all epochs. */
  private whole(): Partial<RunStatus> {
    const statuses = [...this.latest.values()];
    const sum = (pick: (status: RunStatus) => number): number => statuses.reduce((total, status) => total + pick(status), 0);
    const perTraining = Math.max(...statuses.map(({ epochs }) => epochs));
    return {
      state: 'training', epoch: sum(({ epoch }) => epoch), epochs: perTraining * this.record.members.length,
      samplesPerSecond: sum(({ state, samplesPerSecond }) => (state === 'training' ? samplesPerSecond ?? 0 : 0)),
    };
  }

  end(index: number, { outcome, message }: MemberEnd): void {
    const { validationLoss, trainLoss, bestValidationLoss, bestEpoch, mse, pca, elapsed } = this.latest.get(index) ?? {};
    const facts = [
      ...(outcome === 'failed' ? [`${paint(this.terminal, 'red', 'failed')}: ${message ?? 'no reason is known'}`] : outcome === 'stopped' ? [paint(this.terminal, 'yellow', 'stopped')] : []),
      ...(outcome === 'failed' ? [] : validationLoss !== undefined ? [`validation loss ${formatLoss(validationLoss)}`] : trainLoss !== undefined ? [`loss ${formatLoss(trainLoss)}`] : []),
      ...(outcome !== 'finished' || bestValidationLoss === undefined ? [] : [`best ${formatLoss(bestValidationLoss)} in epoch ${bestEpoch ?? '?'}`]),
      ...(outcome !== 'finished' || pca === undefined ? [] : [`${mse === undefined || mse === validationLoss ? '' : `mse ${formatLoss(mse)}, `}PCA ${formatLoss(pca)}`]),
      ...(elapsed === undefined ? [] : [formatDuration(elapsed)]),
    ];
    this.say(`${this.together ? `${paint(this.terminal, 'bold', this.title(index))}: ` : '  '}${facts.join(', ')}`);
  }

  private title(index: number): string {
    return `${index + 1}/${this.record.members.length} ${valuesText(this.record.members[index]!)}`;
  }

  close(): void {
    this.progress.erase();
  }
}
