// The front door of the language: text in, a resolved spec and diagnostics out.
import { createHash } from 'node:crypto';
import { StudioError } from '../core/errors.ts';
import { checkSpec } from './defaults.ts';
import { formatDiagnostic, type Diagnostic } from './diagnostics.ts';
import { without, type Rule } from './keywords.ts';
import { checkMeaning } from './meaning.ts';
import { parseText, type Syntax } from './parse.ts';
import { parsePath, PathError, setPath } from './paths.ts';
import { SpecSchema, type Spec } from './schema.ts';

export interface LoadedSpec {
  /** Every default and shorthand written out. Absent when a diagnostic is an error. */
  readonly spec?: Spec;
  readonly diagnostics: readonly Diagnostic[];
}

/** What language features need besides: the tree, and the spec even while only its meaning is wrong. */
export interface ReadSpec {
  readonly diagnostics: readonly Diagnostic[];
  readonly tree?: Syntax;
  readonly resolved?: Spec;
}

/**
 * Reads a spec. `overrides` are paths and values as with --set ("training.epochs" → 5), put in before the check.
 * Never throws for what stands in the file or the overrides; that is told by diagnostics, in order of their place.
 */
export function readSpec(text: string, file: string, overrides: Readonly<Record<string, unknown>> = {}): ReadSpec {
  const source = { text, file };
  const { tree, diagnostics } = parseText(text, file);
  if (tree === undefined) return { diagnostics };
  const rule: Rule = SpecSchema;
  let root = tree;
  for (const [path, value] of Object.entries(overrides)) {
    try {
      root = setPath(rule, root, parsePath(path), value);
    } catch (error) {
      if (!(error instanceof StudioError && error.reason === 'usage')) throw error;
      const [option, message, cure] = error instanceof PathError ? [error.option, error.what, error.cure] : [`--set ${path}`, error.message, ''];
      diagnostics.push({ file: option, offset: 0, length: 0, line: 0, column: 0, path, severity: 'error', code: 'bad-path', kind: 'schema', message, cure });
    }
  }
  const { value, diagnostics: found } = checkSpec(root, source);
  diagnostics.push(...found);
  if (value === undefined) return { tree: root, diagnostics: inOrder(diagnostics) };
  // The walk has just proved that the value has the type which the schema stands for.
  const resolved = value as Spec;
  diagnostics.push(...checkMeaning(resolved, root, source));
  return { tree: root, resolved, diagnostics: inOrder(diagnostics) };
}

/** Reads and checks a spec as far as that is possible without the data. See `readSpec`. */
export function loadSpec(text: string, file: string, overrides: Readonly<Record<string, unknown>> = {}): LoadedSpec {
  const { resolved, diagnostics } = readSpec(text, file, overrides);
  return resolved === undefined || diagnostics.some(d => d.severity === 'error') ? { diagnostics } : { spec: resolved, diagnostics };
}

/** The spec, or StudioError('spec') with all errors as its text and the diagnostics as details. */
export function requireSpec(loaded: LoadedSpec): Spec {
  if (loaded.spec !== undefined) return loaded.spec;
  const errors = loaded.diagnostics.filter(d => d.severity === 'error');
  throw new StudioError('spec', errors.map(formatDiagnostic).join('\n'), { details: loaded.diagnostics });
}

function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.offset - b.offset);
}

/** JSON with sorted keys and no spaces: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** sha256 (hex) of what a spec computes: its name, description and $schema do not count, nor does how it was written (by `defaults`, or layer by layer). */
export function specHash(spec: Spec): string {
  const computed = without(spec, ['$schema', 'name', 'description', 'defaults']);
  return createHash('sha256').update(canonicalJson(computed)).digest('hex');
}
