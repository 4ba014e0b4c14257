// How every page speaks of runs: the words for states, and what may be asked of a run in each.
import type { RunLabel } from '../../protocol/messages.ts';

type RunState = RunLabel['state'];

const words: Record<RunState, string> = {
  preparing: 'preparing', training: 'training', paused: 'paused', finished: 'finished', stopped: 'stopped', failed: 'failed', interrupted: 'interrupted',
};
const icons: Record<RunState, string> = {
  preparing: 'clockface', training: 'play-circle', paused: 'debug-pause', finished: 'pass', stopped: 'debug-stop', failed: 'error', interrupted: 'warning',
};

export function stateWord(state: RunState): string {
  return words[state];
}

/** A codicon's name. */
export function stateIcon(state: RunState): string {
  return icons[state];
}

/** Whether a process works on it and more numbers may come. */
export function isLive(state: RunState): boolean {
  return state === 'preparing' || state === 'training' || state === 'paused';
}

export type RunCommand = 'stop' | 'pause' | 'continue' | 'resume';

export function commandsFor(state: RunState): readonly RunCommand[] {
  switch (state) {
    case 'training': return ['pause', 'stop'];
    case 'preparing': return ['stop'];
    case 'paused': return ['continue', 'stop'];
    case 'stopped': case 'interrupted': case 'failed': return ['resume'];
    case 'finished': return [];
  }
}

/** "training, epoch 12 of 40". */
export function describeRun(run: RunLabel): string {
  const progress = run.state === 'preparing' ? '' : `, epoch ${Math.floor(run.epoch)} of ${run.epochs}`;
  return `${stateWord(run.state)}${progress}`;
}

/** Names that tell runs apart: a run whose name is shared gets the start of its id after it. */
export function distinctNames(runs: readonly RunLabel[]): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const run of runs) count.set(run.name, (count.get(run.name) ?? 0) + 1);
  return new Map(runs.map(run => [run.id, count.get(run.name)! > 1 ? `${run.name} (${run.id})` : run.name]));
}

/** A number as axes print it: four significant digits at most, no needless zeros. */
export function formatNumber(value: number): string {
  return special(value) ?? String(Number(value.toPrecision(4))).replace('-', '−');
}

/** A number as columns of numbers print it: always as many significant digits, so that they line up. */
export function formatValue(value: number, digits = 4): string {
  return special(value) ?? (Number.isInteger(value) ? String(value) : value.toPrecision(digits)).replace('-', '−');
}

/** What is not finite, or too large or small for plain digits. */
function special(value: number): string | undefined {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential(2).replaceAll('-', '−').replace('e+', 'e') : undefined;
}
