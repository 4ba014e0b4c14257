// What can be wrong with a model whose spec is well formed: shapes that do not fit.
import { StudioError } from '../core/errors.ts';
import type { DiagnosticCode, SpecPath } from '../spec/diagnostics.ts';
import type { LayerSpec } from '../spec/schema.ts';

/** A change to the spec that would help; where it goes in the text is found later. */
export type Repair =
  | { readonly kind: 'insertBefore'; readonly path: SpecPath; readonly layer: Readonly<Record<string, unknown>> }
  | { readonly kind: 'append'; readonly path: SpecPath; readonly layer: Readonly<Record<string, unknown>> }
  | { readonly kind: 'set'; readonly path: SpecPath; readonly value: unknown };

/** Thrown by a layer's rule; the caller knows where the layer stands. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  constructor(
    readonly code: DiagnosticCode,
    message: string,
    readonly cure: string,
    /** A layer that, put before this one, would make it fit. */
    readonly before?: Pick<LayerSpec, 'type'>,
  ) {
    super(message);
  }
}

export interface ModelIssue {
  readonly path: SpecPath;
  readonly code: DiagnosticCode;
  /** A warning leaves the model usable. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly cure: string;
  readonly repair?: Repair;
}

/** A spec that makes no model; `issue.path` says where. */
export class ModelError extends StudioError {
  constructor(readonly issue: ModelIssue, text: string) {
    super('spec', text, { details: issue });
  }
  get specPath(): SpecPath {
    return this.issue.path;
  }
}
