// From a file with a `sweep` to the list of its trainings. Every combination is checked before the first one trains: a slip in the
// last of them must not show after hours.
import * as path from 'node:path';
import { configFolders } from '../core/config-folders.ts';
import { StudioError } from '../core/errors.ts';
import type { LoadOptions } from '../data/dataset.ts';
import { loadShape } from '../data/load.ts';
import { checkConfig } from '../model/check.ts';
import { valuesText, type SweepRecord } from '../runs/sweep.ts';
import { formatDiagnostic, formatPath, type Diagnostic } from '../spec/diagnostics.ts';
import { knownInputShape } from '../spec/known-shape.ts';
import { canonicalJson, requireSpec } from '../spec/load.ts';
import { diagnosticAt, jsonOf, locate, parseText } from '../spec/parse.ts';
import { parsePath } from '../spec/paths.ts';
import type { Spec } from '../spec/schema.ts';
import { expandSweep } from '../spec/sweep.ts';
import { checkedConfig, readConfigText, withoutSweep } from './config.ts';
import { openTransfer } from './transfer.ts';

export interface SweepOptions extends Pick<LoadOptions, 'cacheFolder' | 'signal' | 'onProgress'> {
  readonly dataFolders: readonly string[];
  readonly configPath: string;
  /** As with --set; also of the sweep itself ("sweep.parallel"). */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly runsFolder: string;
  readonly device: string;
  readonly threads?: number;
}

/**
 * Reads a sweep and checks all its trainings.
 * @throws StudioError('usage') when the file cannot be read or holds no sweep; StudioError('spec') with all findings, each
 *   naming the combinations it is about; 'data' or 'download' where only the data tells the shape of a sample.
 */
export async function planSweep(options: SweepOptions): Promise<Omit<SweepRecord, 'format' | 'id' | 'created' | 'runner'>> {
  const { configPath, overrides, device, threads } = options;
  const config = await readConfigText(configPath);
  const { sweep, ...base } = requireSpec(checkConfig(config, configPath, { overrides }));
  if (sweep === undefined) {
    throw new StudioError('usage', `${configPath} holds no sweep. Add one, for example "sweep": { "values": { "latent.units": [2, 4, 8] } }, or train it with "aeconf train".`);
  }
  // The trainings know nothing of the sweep that runs them.
  const shared = Object.fromEntries(Object.entries(overrides).filter(([name]) => parsePath(name)[0] !== 'sweep'));
  const members = expandSweep(sweep);
  await checkMembers(config, shared, members, options);
  const { combine, parallel, tolerance } = sweep;
  return {
    name: base.name ?? path.basename(configPath).replace(/\.aeconf$/, ''),
    configPath: path.resolve(configPath), config, overrides: shared, device, combine, parallel, tolerance, members,
    ...(threads === undefined ? {} : { threads }),
  };
}

type Values = Readonly<Record<string, unknown>>;
interface Finding {
  readonly diagnostic: Diagnostic;
  readonly members: Values[];
}

async function checkMembers(text: string, shared: Values, members: readonly Values[], options: SweepOptions): Promise<void> {
  const shapes = new ShapeReader(options);
  const findings = new Map<string, Finding>();
  for (const values of members) {
    for (const diagnostic of await memberErrors(text, { ...shared, ...values }, options, shapes)) {
      const placed = placedInSweep(diagnostic, values, text, options.configPath);
      const key = canonicalJson([placed.file, placed.offset, placed.path, placed.message]);
      const known = findings.get(key);
      if (known === undefined) findings.set(key, { diagnostic: placed, members: [values] });
      else known.members.push(values);
    }
  }
  if (findings.size === 0) return;
  const details = [...findings.values()].map(({ diagnostic, members: wrong }): Diagnostic => ({ ...diagnostic, message: `with ${combinationsText(wrong, members.length)}: ${diagnostic.message}` }));
  throw new StudioError('spec', details.map(formatDiagnostic).join('\n'), { details });
}

async function memberErrors(text: string, overrides: Values, options: SweepOptions, shapes: ShapeReader): Promise<readonly Diagnostic[]> {
  const errorsOf = (diagnostics: readonly Diagnostic[]) => diagnostics.filter(({ severity }) => severity === 'error');
  const { configPath, runsFolder } = options;
  const first = checkConfig(text, configPath, { overrides });
  if (first.spec === undefined) return errorsOf(first.diagnostics);
  if (first.model === undefined) {
    const { diagnostics } = checkConfig(text, configPath, { overrides, inputShape: await shapes.of(first.spec) });
    if (errorsOf(diagnostics).length > 0) return errorsOf(diagnostics);
  }
  if (first.spec.init === undefined) return [];
  try {
    await openTransfer(withoutSweep(checkedConfig(text, configPath, overrides)), { runsFolder });
    return [];
  } catch (error) {
    if (!(error instanceof StudioError && error.reason === 'spec')) throw error;
    return error.options.details as readonly Diagnostic[];
  }
}

/** Shapes of data that only the files know: each data set is read once. */
class ShapeReader {
  private readonly shapes = new Map<string, readonly number[]>();
  constructor(private readonly options: SweepOptions) {}

  async of({ data, seed }: Spec): Promise<readonly number[]> {
    const key = canonicalJson(data);
    const known = this.shapes.get(key) ?? knownInputShape(data);
    if (known !== undefined) return known;
    const { configPath, dataFolders, cacheFolder, signal, onProgress } = this.options;
    const shape = await loadShape(data, {
      baseFolders: configFolders(configPath), dataFolders, seed,
      ...(cacheFolder === undefined ? {} : { cacheFolder }), ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }),
    });
    this.shapes.set(key, shape);
    return shape;
  }
}

/** A finding about a value of the sweep stands where the file lists that value. */
function placedInSweep(diagnostic: Diagnostic, values: Values, text: string, file: string): Diagnostic {
  if (diagnostic.line > 0) return diagnostic;
  const { tree } = parseText(text, file);
  const name = Object.keys(values).find(key => diagnostic.file.startsWith(`--set ${formatPath(parsePath(key))}=`));
  if (tree === undefined || name === undefined) return diagnostic;
  const list = locate(tree, ['sweep', 'values', name]);
  if (list.kind !== 'array') return diagnostic;
  const { code, severity, kind, message, cure } = diagnostic;
  const found = list.items.findIndex(item => canonicalJson(jsonOf(item)) === canonicalJson(values[name]));
  return { ...diagnosticAt({ text, file }, list.items[found] ?? list, parsePath(diagnostic.path), { code, severity, kind, message, cure }), path: diagnostic.path };
}

/** "units = 2", "units = 2; units = 4", "all 6 combinations": which trainings a finding is about. */
function combinationsText(members: readonly Values[], count: number): string {
  if (members.length === count && count > 1) return `each of the ${count} combinations`;
  return `${members.slice(0, SHOWN).map(valuesText).join('; ')}${members.length > SHOWN ? `; and ${members.length - SHOWN} more` : ''}`;
}

const SHOWN = 3;
