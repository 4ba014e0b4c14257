// The whole check of a file: its spec, and, where the shape of the data is known, its model; with places and quick fixes.
import type { Diagnostic, Fix } from '../spec/diagnostics.ts';
import { jsonText } from '../spec/keywords.ts';
import { knownInputShape } from '../spec/known-shape.ts';
import { readSpec } from '../spec/load.ts';
import { diagnosticAt, locate, separatorBefore, shortPlace, type Source, type Syntax } from '../spec/parse.ts';
import type { Spec } from '../spec/schema.ts';
import { traceModel, type TracedModel } from './build.ts';
import type { ModelIssue, Repair } from './errors.ts';
import type { Model, Shape } from './model.ts';

export interface CheckOptions {
  /** Paths and values as with --set. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Shape of one sample, when the data has been read; else it is taken from the spec where that tells it. */
  readonly inputShape?: Shape;
}

export interface CheckedConfig {
  readonly diagnostics: readonly Diagnostic[];
  /** Absent when a diagnostic is an error. */
  readonly spec?: Spec;
  /** Absent when a diagnostic is an error or the shape of the data is not known. */
  readonly model?: Model;
}

/** Checks a file as far as possible. Never throws for what stands in it. */
export function checkConfig(text: string, file: string, options: CheckOptions = {}): CheckedConfig {
  const { diagnostics, resolved, traced } = examine(text, file, options);
  if (resolved === undefined || diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };
  return { diagnostics, spec: resolved, ...(traced?.model === undefined ? {} : { model: traced.model }) };
}

/** What is known of a file however unfinished it is; the base of the language features. */
export interface Examined {
  readonly diagnostics: readonly Diagnostic[];
  readonly tree?: Syntax;
  readonly resolved?: Spec;
  readonly traced?: TracedModel;
}

export function examine(text: string, file: string, { overrides, inputShape }: CheckOptions = {}): Examined {
  const read = readSpec(text, file, overrides);
  const { tree, resolved } = read;
  const shape = inputShape ?? (resolved && knownInputShape(resolved.data));
  // A sample of another rank has been reported; there is nothing to trace.
  if (tree === undefined || resolved === undefined || shape === undefined || shape.length === 2) return read;
  const traced = traceModel(resolved, shape);
  return { tree, resolved, traced, diagnostics: [...read.diagnostics, ...modelDiagnostics(traced.issues, tree, { text, file })] };
}

/** Findings about a model at their places in the text. */
export function modelDiagnostics(issues: readonly ModelIssue[], tree: Syntax, source: Source): Diagnostic[] {
  return issues.map(({ path, severity, code, message, cure, repair }) => diagnosticAt(source, shortPlace(locate(tree, path)), path, {
    severity, code, kind: 'shape', message, cure, fix: repair && fixOf(repair, tree, source.text),
  }));
}

/** The edit of the text that a repair means; undefined where the place is not in the text. */
function fixOf(repair: Repair, tree: Syntax, text: string): Fix | undefined {
  const node = locate(tree, repair.path);
  if (node.option !== undefined) return undefined;
  switch (repair.kind) {
    case 'set':
      if (node.kind === 'object' || node.kind === 'array') return undefined;
      return { title: `Replace by ${jsonText(repair.value)}`, offset: node.offset, length: node.length, text: jsonText(repair.value) };
    case 'insertBefore':
      return { title: `Insert ${jsonText(repair.layer)}`, offset: node.offset, length: 0, text: `${jsonText(repair.layer)},${separatorBefore(text, node.offset)}` };
    case 'append': {
      if (node.kind !== 'array') return undefined;
      const last = node.items.at(-1);
      const title = `Append ${jsonText(repair.layer)}`;
      if (last === undefined) return { title, offset: node.offset + 1, length: 0, text: jsonText(repair.layer) };
      return { title, offset: last.offset + last.length, length: 0, text: `,${separatorBefore(text, last.offset)}${jsonText(repair.layer)}` };
    }
  }
}
