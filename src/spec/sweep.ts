// A sweep as combinations of values: how they are counted off, and what the checker says about them. Values are put in as with
// --set, one path after another in the order of the file.
import { StudioError } from '../core/errors.ts';
import { checkSpec } from './defaults.ts';
import { formatPath, type Diagnostic, type SpecPath } from './diagnostics.ts';
import type { Rule } from './keywords.ts';
import type { Source, Syntax } from './parse.ts';
import { parsePath, PathError, setPath } from './paths.ts';
import { SpecSchema, type SweepSpec } from './schema.ts';

/** More trainings than this are a slip of the pen. */
const MOST = 1000;
/** Combinations that are tried while someone types; all of them are before a sweep begins. */
const TRIED = 200;

type Report = (path: SpecPath, finding: Pick<Diagnostic, 'severity' | 'code' | 'message' | 'cure'>) => void;
type Values = Pick<SweepSpec, 'values' | 'combine'>;

/** Number of combinations. */
export function countCombinations({ values, combine }: Values): number {
  const lengths = Object.values(values).map(list => list.length);
  if (lengths.length === 0) return 0;
  return combine === 'grid' ? lengths.reduce((product, length) => product * length) : Math.min(...lengths);
}

/** For each combination the position of each path's value in its list. In a grid the last path changes fastest. */
function choices({ values, combine }: Values, most: number): number[][] {
  const lengths = Object.values(values).map(list => list.length);
  return Array.from({ length: Math.min(most, countCombinations({ values, combine })) }, (_, index) => {
    if (combine === 'list') return lengths.map(() => index);
    let rest = index;
    return lengths.map((_length, k) => {
      const below = lengths.slice(k + 1).reduce((product, length) => product * length, 1);
      const choice = Math.floor(rest / below);
      rest %= below;
      return choice;
    });
  });
}

/** The values of every training, path by path. */
export function expandSweep(sweep: Values): Record<string, unknown>[] {
  const lists = Object.entries(sweep.values);
  return choices(sweep, Infinity).map(choice => Object.fromEntries(lists.map(([path, list], k) => [path, list[choice[k]!]])));
}

/** Findings about a sweep whose base is well formed: paths that lead nowhere, values that are not allowed there. */
export function checkSweep(sweep: SweepSpec, tree: Syntax, source: Source, report: Report): void {
  const at = ['sweep', 'values'];
  const lists = Object.entries(sweep.values);
  const error = (path: SpecPath, code: Diagnostic['code'], message: string, cure: string): void => { report(path, { severity: 'error', code, message, cure }); };
  if (lists.length === 0) return error(at, 'missing-key', 'the sweep has no values.', 'Name a path and its values, for example "latent.units": [2, 4, 8].');
  const paths = new Map<string, SpecPath>();
  for (const [name] of lists) {
    const steps = readPath(name, what => { error([...at, name], 'bad-path', what, 'Write it like latent.units or encoder[1].units.'); });
    if (steps === undefined) continue;
    paths.set(name, steps);
    if (steps[0] === 'sweep') error([...at, name], 'bad-path', 'a sweep cannot change the sweep.', 'Remove this path.');
    if (steps[0] === 'name' || steps[0] === 'description' || steps[0] === '$schema') {
      report([...at, name], { severity: 'warning', code: 'no-effect', message: `"${name}" changes no training.`, cure: 'Remove this path: runs of a sweep are named by their values.' });
    }
    const outer = [...paths].find(([other, path]) => other !== name && (startsWith(steps, path) || startsWith(path, steps)));
    if (outer !== undefined) error([...at, name], 'conflict', `"${name}" and "${outer[0]}" set the same part.`, 'Keep one of them, and give it whole values.');
  }
  const shortest = Math.min(...lists.map(([, list]) => list.length));
  const longer = lists.find(([, list]) => list.length > shortest);
  if (sweep.combine === 'list' && longer !== undefined) {
    error([...at, longer[0]], 'wrong-length', `"combine": "list" takes values together, but here are ${longer[1].length} and elsewhere ${shortest}.`, 'Give every path as many values, or write "combine": "grid".');
  }
  const count = countCombinations(sweep);
  if (count > MOST) return error(at, 'out-of-range', `these are ${count.toLocaleString('en-US')} trainings.`, `Leave out some values: a sweep has at most ${MOST.toLocaleString('en-US')}.`);
  if (paths.size === lists.length && !lists.some(([name]) => paths.get(name)?.[0] === 'sweep')) tryCombinations(sweep, paths, tree, source, error);
}

function readPath(text: string, fail: (what: string) => void): SpecPath | undefined {
  try {
    return parsePath(text);
  } catch (error) {
    if (!(error instanceof StudioError && error.reason === 'usage')) throw error;
    fail(error.message.replace(/ Write it like .*/, ''));
    return undefined;
  }
}

function startsWith(path: SpecPath, start: SpecPath): boolean {
  return start.every((step, i) => path[i] === step);
}

/** Puts combinations into the tree and checks it; each value is found fault with once. */
function tryCombinations(sweep: SweepSpec, paths: ReadonlyMap<string, SpecPath>, tree: Syntax, source: Source, error: (path: SpecPath, code: Diagnostic['code'], message: string, cure: string) => void): void {
  const rule: Rule = SpecSchema;
  const lists = Object.entries(sweep.values);
  const faulty = new Set<string>();
  const fault = (name: string, choice: number | undefined, code: Diagnostic['code'], message: string, cure: string): void => {
    const at = ['sweep', 'values', name, ...(choice === undefined ? [] : [choice])];
    if (faulty.has(formatPath(at))) return;
    faulty.add(formatPath(at));
    error(at, code, message, cure);
  };
  for (const choice of choices(sweep, TRIED)) {
    let changed: Syntax | undefined = tree;
    for (const [k, [name, list]] of lists.entries()) {
      try {
        changed = setPath(rule, changed, paths.get(name)!, list[choice[k]!]);
      } catch (found) {
        if (!(found instanceof PathError)) throw found;
        fault(name, undefined, 'bad-path', found.what, found.cure);
        changed = undefined;
        break;
      }
    }
    if (changed === undefined) continue;
    for (const { path, code, message, cure, file } of checkSpec(changed, source).diagnostics) {
      // The value that stands nearest to the fault; one that only shows elsewhere is the last one's doing.
      const owner = lists.findIndex(([name]) => path.startsWith(formatPath(paths.get(name)!)) || file.startsWith(`--set ${formatPath(paths.get(name)!)}=`));
      const k = owner === -1 ? lists.length - 1 : owner;
      const own = formatPath(paths.get(lists[k]![0])!);
      fault(lists[k]![0], choice[k]!, code, path === own ? message : `${path}: ${message}`, cure);
    }
  }
}
