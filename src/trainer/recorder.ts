// Every event goes three ways: into events.jsonl, into the TensorBoard files, and to whoever started the training.
import type { RunEvent, ScalarValues } from '../runs/events.ts';
import type { RunTensorBoard } from '../runs/tensorboard.ts';
import type { RunWriter } from '../runs/writer.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event before it has a time. */
export type NewEvent = Without<RunEvent, 'time' | 'elapsed'>;

export class Recorder {
  /** What the last epoch was judged by, which is what there are charts of. */
  private judged: ScalarValues = {};
  private drawnBaseline = false;

  constructor(
    private readonly writer: RunWriter,
    private readonly tensorboard: RunTensorBoard,
    private readonly onEvent: ((event: RunEvent) => void) | undefined,
  ) {}

  /** The event with the time that it is now. */
  stamp(event: NewEvent): RunEvent {
    return { ...event, time: Date.now(), elapsed: Math.round(this.writer.elapsed * 1000) };
  }

  /** @throws StudioError('run') when it cannot be written. */
  record(event: RunEvent): void {
    const written = this.writer.event(event);
    this.tensorboard.event(written);
    if (event.type === 'scalars' && event.split === 'validation' && event.per === 'epoch') this.judged = event.values;
    this.onEvent?.(written);
  }

  /** Whether what principal components reach is on a chart. */
  get hasBaseline(): boolean {
    return this.drawnBaseline;
  }

  /** What principal components reach, on the charts that it can be compared on. */
  baseline(levels: ScalarValues, step: number): void {
    const drawn = Object.entries(levels).filter(([name]) => name in this.judged);
    this.drawnBaseline ||= drawn.length > 0;
    if (drawn.length > 0) this.tensorboard.baseline(Object.fromEntries(drawn), step, Date.now());
  }
}
