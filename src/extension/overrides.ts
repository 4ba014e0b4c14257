// What "Train with Overrides…" knows without VS Code: which values it proposes, and whether a `path=value` fits the config.
import { StudioError } from '../core/errors.ts';
import { checkConfig } from '../model/check.ts';
import { parseAssignment } from '../spec/paths.ts';
import type { Spec } from '../spec/schema.ts';

export type Overrides = Readonly<Record<string, unknown>>;

/** "training.epochs = 5, data = mnist", for titles; empty without overrides. */
export function formatOverrides(overrides: Overrides): string {
  return Object.entries(overrides).map(([path, value]) => `${path} = ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ');
}

/** Whether the config with these overrides would train: undefined, or the first thing that is wrong. */
export function overrideProblem(text: string, file: string, overrides: Overrides): string | undefined {
  const before = new Set(checkConfig(text, file).diagnostics.map(d => d.message));
  const found = checkConfig(text, file, { overrides }).diagnostics.filter(d => d.severity === 'error');
  const problem = found.find(d => !before.has(d.message)) ?? found[0];
  return problem && [problem.path === '' ? '' : `${problem.path}: `, problem.message, ' ', problem.cure].join('').trim();
}

/** Reads "path=value" and checks it against the config: the assignment, or a sentence that says what is wrong. */
export function readAssignment(input: string, text: string, file: string, others: Overrides = {}): { readonly path: string; readonly value: unknown } | string {
  try {
    const assignment = parseAssignment(input);
    return overrideProblem(text, file, { ...others, [assignment.path]: assignment.value }) ?? assignment;
  } catch (error) {
    if (error instanceof StudioError && error.reason === 'usage') return error.message;
    throw error;
  }
}

/** A whole number of at least 1, or a sentence. */
export function readCount(input: string, what: string): number | string {
  const value = Number(input.trim());
  return /^\d+$/.test(input.trim()) && value >= 1 && Number.isSafeInteger(value) ? value : `${what}: a whole number of at least 1, such as 20.`;
}

/** Units of the bottleneck, and the path at which they are overridden; undefined where the code has the encoder's own shape. */
export function latentUnits(spec: Spec): { readonly path: string; readonly units: number } | undefined {
  const { latent } = spec;
  return 'units' in latent && typeof latent.units === 'number' ? { path: 'latent.units', units: latent.units } : undefined;
}
