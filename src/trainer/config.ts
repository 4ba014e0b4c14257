// A configuration from disk, checked: as the user wrote it, and as a spec.
import * as fs from 'node:fs/promises';
import { messageOf, StudioError } from '../core/errors.ts';
import { checkConfig } from '../model/check.ts';
import type { Diagnostic } from '../spec/diagnostics.ts';
import { without } from '../spec/keywords.ts';
import { requireSpec } from '../spec/load.ts';
import type { Spec } from '../spec/schema.ts';

export interface Config {
  readonly path: string;
  readonly text: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly spec: Spec;
  readonly warnings: readonly Diagnostic[];
}

/** @throws StudioError('usage') when the file cannot be read. */
export async function readConfigText(path: string): Promise<string> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : messageOf(cause);
    throw new StudioError('usage', `Cannot read ${path}: ${why}. Give the path of an .aeconf file.`, { cause });
  }
}

/**
 * Reads and checks a file, its model too as far as the spec alone tells the shape of the data.
 * @throws StudioError('usage') when it cannot be read, StudioError('spec') with all findings in `details`.
 */
export async function readConfig(path: string, overrides: Readonly<Record<string, unknown>>): Promise<Config> {
  const text = await readConfigText(path);
  return checkedConfig(text, path, overrides);
}

/** The same for a text that was read before; with `inputShape`, the shape of the data at hand. */
export function checkedConfig(text: string, path: string, overrides: Readonly<Record<string, unknown>>, inputShape?: readonly number[]): Config {
  const checked = checkConfig(text, path, { overrides, ...(inputShape === undefined ? {} : { inputShape }) });
  return { path, text, overrides, spec: requireSpec(checked), warnings: checked.diagnostics };
}

/** A run trains one spec; whoever sweeps starts several. */
export function withoutSweep(config: Config): Config {
  return { ...config, spec: without(config.spec, ['sweep']) };
}
