// What tells runs of one config apart: the values they were given beside it.
import type { RunInfo } from './events.ts';
import { valueText } from './sweep.ts';

/** Path of the spec → value as people read it. */
export type Changes = Readonly<Record<string, string>>;

/** Values given with --set; without those of a sweep and the name, which the name of the run says. */
export function changesOf({ overrides, sweep }: Pick<RunInfo, 'overrides' | 'sweep'>): Changes {
  return Object.fromEntries(Object.entries(overrides).filter(([path]) => path !== 'name' && !(path in (sweep?.values ?? {}))).map(([path, value]) => [path, valueText(value)]));
}

/** The same with what tells a run apart from others of its name before what all of them were given. */
export function tellingFirst(changes: Changes, among: readonly Changes[]): Changes {
  const shared = (path: string): boolean => among.every(other => other[path] === changes[path]);
  const entries = Object.entries(changes);
  return Object.fromEntries([...entries.filter(([path]) => !shared(path)), ...entries.filter(([path]) => shared(path))]);
}

/** "latent.units=8, training.epochs=3"; empty where the file holds. @param most how many are told; of others their number */
export function changesText(changes: Changes, most = Infinity): string {
  const texts = Object.entries(changes).map(([path, value]) => `${path}=${value}`);
  return [...texts.slice(0, most), ...(texts.length > most ? [`+${texts.length - most}`] : [])].join(', ');
}
