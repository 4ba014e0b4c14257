// What Keras's `model.summary()` shows, as data and as text.
import { formatShape, sizeOf } from '../core/tensor.ts';
import type { Model, ModelLayerType, Parameter, Part, Shape } from './model.ts';

export interface Counts {
  readonly total: number;
  readonly trainable: number;
  readonly notTrainable: number;
}
export interface SummaryRow {
  readonly part: Part;
  readonly name: string;
  readonly type: ModelLayerType;
  readonly outputShape: Shape;
  readonly parameters: number;
}
export interface Summary {
  readonly inputShape: Shape;
  readonly latentShape: Shape;
  readonly rows: readonly SummaryRow[];
  /** The latent's own layer counts as part of the encoder, as the exported encoder has it. */
  readonly encoder: Counts;
  readonly decoder: Counts;
  readonly whole: Counts;
}

export function summarize(model: Model): Summary {
  const count = (parts: readonly Part[]) => countParameters(model.layers.filter(layer => parts.includes(layer.part)).flatMap(layer => layer.parameters));
  return {
    inputShape: model.inputShape, latentShape: model.latentShape,
    rows: model.layers.map(({ part, name, spec, outputShape, parameters }) => ({ part, name, type: spec.type, outputShape, parameters: countParameters(parameters).total })),
    encoder: count(['encoder', 'latent']), decoder: count(['decoder']), whole: countParameters(model.parameters),
  };
}

export function countParameters(parameters: readonly Parameter[]): Counts {
  const sum = (of: readonly Parameter[]) => of.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const total = sum(parameters);
  const trainable = sum(parameters.filter(parameter => parameter.trainable));
  return { total, trainable, notTrainable: total - trainable };
}

/** 1438676 → "1,438,676". */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** The table as plain text, for a terminal or a read-only document; lines end in "\n". */
export function formatSummary(summary: Summary, title = 'Model'): string {
  const header = ['Layer', 'Type', 'Output shape', 'Parameters'];
  const cells = [
    ['input', '', formatShape(summary.inputShape), ''],
    ...summary.rows.map(row => [row.name, row.type, formatShape(row.outputShape), formatCount(row.parameters)]),
  ];
  const widths = header.map((text, column) => Math.max(text.length, ...cells.map(row => row[column]!.length)));
  const line = (row: readonly string[]) => `  ${row.map((text, column) => (column === 3 ? text.padStart(widths[3]!) : text.padEnd(widths[column]!))).join('  ')}`.trimEnd();
  const rule = (mark: string) => mark.repeat(widths.reduce((sum, width) => sum + width + 2, 0));
  const lines = [title, rule('═'), line(header), rule('═'), line(cells[0]!)];
  const parts: [string, readonly Part[]][] = [['Encoder', ['encoder', 'latent']], ['Decoder', ['decoder']]];
  for (const [name, members] of parts) {
    lines.push(`${name} ${rule('─').slice(name.length + 1)}`);
    summary.rows.forEach((row, index) => {
      if (members.includes(row.part)) lines.push(line(cells[index + 1]!));
    });
  }
  lines.push(rule('═'));
  const totals: [string, Counts][] = [['Encoder', summary.encoder], ['Decoder', summary.decoder], ['Whole', summary.whole]];
  const figures = totals.map(([name, counts]) => [name, formatCount(counts.total), formatCount(counts.trainable), formatCount(counts.notTrainable)]);
  const table = [['Parameters', 'total', 'trainable', 'not trainable'], ...figures];
  const figureWidths = table[0]!.map((_, column) => Math.max(...table.map(row => row[column]!.length)));
  for (const row of table) lines.push(`  ${row.map((text, column) => (column === 0 ? text.padEnd(figureWidths[0]!) : text.padStart(figureWidths[column]!))).join('  ')}`);
  lines.push(`  Code: ${formatShape(summary.latentShape)} (${formatCount(sizeOf(summary.latentShape))} of ${formatCount(sizeOf(summary.inputShape))} numbers)`);
  return `${lines.join('\n')}\n`;
}
