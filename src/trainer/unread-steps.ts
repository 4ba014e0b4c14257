// Steps that were asked for and whose results may still lie on the device. Reading a loss waits for the GPU, so that losses are read
// together, when they are shown or needed; where results are at hand at once, nothing waits here.
import type { HostTensor } from '../core/tensor.ts';
import type { CompiledProgram, Unread } from '../engine/engine.ts';

/** A step that was asked for. */
export interface Begun {
  readonly program: CompiledProgram;
  /** Samples in its batch. */
  readonly size: number;
  readonly stepInEpoch: number;
  readonly rate: number;
}

type Results = Readonly<Record<string, HostTensor>>;

/** A loss that is no number is seen that many steps later at most. */
const MOST_UNREAD = 64;

export class UnreadSteps {
  private readonly steps: (Begun & { readonly results: Unread })[] = [];

  /** @param count is told the results of every step, in order. */
  constructor(private readonly count: (step: Begun, results: Results) => void) {}

  /** Does the step. */
  async take(step: Begun, feeds: Results): Promise<void> {
    const { program } = step;
    if (program.start === undefined) {
      this.count(step, await program.run(feeds));
      return;
    }
    this.steps.push({ ...step, results: await program.start(feeds) });
    if (this.steps.length >= MOST_UNREAD) await this.catchUp();
  }

  /** Reads what still lies on the device. */
  async catchUp(): Promise<void> {
    while (this.steps.length > 0) {
      const { program } = this.steps[0]!;
      const other = this.steps.findIndex(step => step.program !== program);
      const steps = this.steps.splice(0, other === -1 ? this.steps.length : other);
      const results = await program.read!(steps.map(step => step.results));
      steps.forEach((step, i) => { this.count(step, results[i]!); });
    }
  }
}
