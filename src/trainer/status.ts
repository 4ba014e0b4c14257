// What a run says of itself while it works: state, speed, time left. Written once a second and at each change of state.
import { messageOf } from '../core/errors.ts';
import type { RunStatus } from '../runs/events.ts';
import type { RunWriter, StatusUpdate } from '../runs/writer.ts';

/** Milliseconds between two heartbeats. */
const HEARTBEAT = 1000;
/** Seconds of training over which speed is averaged. */
const WINDOW = 10;

/** Speed over the last seconds of training; pauses do not count because `elapsed` stands still in them. */
export class SpeedMeter {
  private readonly marks: { readonly elapsed: number; readonly samples: number }[] = [];

  /** `elapsed`: seconds of training so far; `samples`: samples seen so far. */
  mark(elapsed: number, samples: number): void {
    this.marks.push({ elapsed, samples });
    while (this.marks.length > 2 && elapsed - this.marks[1]!.elapsed >= WINDOW) this.marks.shift();
  }

  /** Samples per second of training, undefined until two marks lie apart. */
  speed(): number | undefined {
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    if (first === undefined || last === undefined || last.elapsed - first.elapsed < 0.05) return undefined;
    return (last.samples - first.samples) / (last.elapsed - first.elapsed);
  }
}

/** The facts a status is made of. */
export type Facts = Omit<StatusUpdate, 'samplesPerSecond' | 'timeLeft' | 'elapsed'>;

export class StatusReporter {
  private facts: Facts;
  private samples = 0;
  private totalSamples = 0;
  private meter = new SpeedMeter();
  private timer: NodeJS.Timeout | undefined;
  private lastWrite = 0;
  private failure: unknown;

  constructor(private readonly writer: RunWriter, facts: Facts, private readonly onStatus: ((status: RunStatus) => void) | undefined) {
    this.facts = facts;
    this.timer = setInterval(() => { this.beat(); }, HEARTBEAT);
    this.timer.unref();
  }

  /** Where the training stands. */
  get place(): { readonly epoch: number; readonly step: number } {
    return { epoch: this.facts.epoch, step: this.facts.step };
  }

  /** Samples of the whole training (or pretraining), and those already seen. Speed is measured anew. */
  begin(seen: number, total: number): void {
    this.meter = new SpeedMeter();
    this.samples = seen;
    this.totalSamples = total;
    this.meter.mark(this.writer.elapsed, seen);
  }

  /** New facts without writing them yet; cheap enough for every step. */
  note(facts: Partial<Facts>, samples?: number): void {
    this.facts = { ...this.facts, ...facts };
    if (samples !== undefined) this.samples = samples;
  }

  /** Writes now. @throws StudioError('run') when the disk refuses. */
  write(facts: Partial<Facts> = {}): void {
    this.note(facts);
    if (this.facts.state === 'training') this.meter.mark(this.writer.elapsed, this.samples);
    const speed = this.facts.state === 'training' || this.facts.state === 'paused' ? this.meter.speed() : undefined;
    this.lastWrite = performance.now();
    const status = this.writer.status({
      ...this.facts,
      ...(speed === undefined ? {} : { samplesPerSecond: speed }),
      ...(speed === undefined || speed === 0 ? {} : { timeLeft: (this.totalSamples - this.samples) / speed }),
    });
    this.onStatus?.(status);
  }

  /** Writes unless that was done a moment ago: at the end of an epoch, which may take some milliseconds only. */
  refresh(facts: Partial<Facts>): void {
    this.note(facts);
    if (performance.now() - this.lastWrite >= HEARTBEAT / 4) this.write();
  }

  /** @throws what a heartbeat could not write. */
  check(): void {
    if (this.failure === undefined) return;
    const failure = this.failure;
    this.failure = undefined;
    throw failure instanceof Error ? failure : new Error(messageOf(failure));
  }

  private beat(): void {
    try {
      this.write();
    } catch (error) {
      this.failure = error; // Told by check() in the training loop, which can end the run in order.
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
