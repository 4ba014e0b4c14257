// How every page speaks of runs: the words for states, and what may be asked of a run in each.
import type { RunLabel } from '../protocol/messages.ts';

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

export type RunCommand = 'stop' | 'pause' | 'continue' | 'resume' | 'train';

/** What can be done with a run now; one that left no checkpoint can only begin anew. */
export function commandsFor({ state, checkpoint }: Pick<RunLabel, 'state' | 'checkpoint'>): readonly RunCommand[] {
  switch (state) {
    case 'training': return ['pause', 'stop'];
    case 'preparing': return ['stop'];
    case 'paused': return ['continue', 'stop'];
    case 'stopped': case 'interrupted': case 'failed': return [checkpoint ? 'resume' : 'train'];
    case 'finished': return [];
  }
}

/** "training, epoch 12 of 40". */
export function describeRun(run: RunLabel): string {
  const progress = run.state === 'preparing' ? '' : `, epoch ${Math.floor(run.epoch)} of ${run.epochs}`;
  return `${stateWord(run.state)}${progress}`;
}

/** "12/40": how far it is where there is no room for words. */
export function progressText(run: RunLabel): string {
  return `${Math.floor(run.epoch)}/${run.epochs}`;
}

/** What may help a run that ended too early: another config, and to go on from its checkpoint, or begin anew where it left none. */
export function remediesFor(run: RunLabel): readonly ['openConfig', 'resume' | 'train'] {
  return ['openConfig', run.checkpoint ? 'resume' : 'train'];
}

/**
 * Names that tell runs apart: where a name is shared, what each was given beside its config follows it as far as it differs,
 * "quickstart · latent.units=8"; where that does not tell, when each began, "quickstart · 19:08:59", with the date where days differ. Runs that
 * began in the same second, or nobody knows when, are told apart by their ids.
 */
export function distinctNames(runs: readonly RunLabel[]): ReadonlyMap<string, string> {
  return new Map(runs.map(run => {
    const alike = runs.filter(other => other.name === run.name);
    if (alike.length === 1) return [run.id, run.name];
    const changes = differingChanges(alike);
    const own = changes[alike.indexOf(run)]!;
    const title = own === '' ? run.name : `${run.name} · ${own}`;
    if (own !== '' && changes.filter(text => text === own).length === 1) return [run.id, title];
    const moments = momentsOf(alike);
    const moment = moments[alike.indexOf(run)];
    const tells = moment !== undefined && moments.indexOf(moment) === moments.lastIndexOf(moment);
    return [run.id, `${title} · ${tells ? moment : run.id}`];
  }));
}

/** What each of some runs was given, without what all of them were. */
function differingChanges(runs: readonly RunLabel[]): readonly string[] {
  const paths = [...new Set(runs.flatMap(({ changes = {} }) => Object.keys(changes)))];
  const differing = paths.filter(path => new Set(runs.map(({ changes }) => changes?.[path])).size > 1);
  return runs.map(({ changes = {} }) => differing.flatMap(path => (changes[path] === undefined ? [] : [`${path}=${changes[path]}`])).join(', '));
}

/** When each of some runs began, as exactly as they need it. */
function momentsOf(runs: readonly RunLabel[]): readonly (string | undefined)[] {
  const known = runs.flatMap(run => run.created ?? []).map(time => new Date(time));
  const days = new Set(known.map(date => date.toDateString())).size > 1;
  const years = new Set(known.map(date => date.getFullYear())).size > 1;
  const format = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit', minute: '2-digit', second: '2-digit', ...(days ? { day: 'numeric', month: 'short' } as const : {}), ...(years ? { year: 'numeric' } as const : {}),
  });
  return runs.map(run => (run.created === undefined ? undefined : format.format(run.created).replace(',', '')));
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
