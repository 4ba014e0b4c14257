// The model page's words: what a layer is, for its label, its details and screen readers.
import { formatShape, sizeOf } from '../../core/tensor.ts';
import type { Diagram, DiagramLayer } from '../../protocol/messages.ts';

/** 113040 → "113,040". */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

export type DiagramPart = DiagramLayer['part'];

const partNames: Readonly<Record<DiagramPart, string>> = { input: 'Input', encoder: 'Encoder', latent: 'Code', decoder: 'Decoder', classifier: 'Classifier' };

export function partName(part: DiagramPart): string {
  return partNames[part];
}

/** The part a layer is drawn in: what makes the code is the code. */
export function drawnPart({ code }: Pick<Diagram, 'code'>, layer: DiagramLayer): DiagramPart {
  return layer.key === code ? 'latent' : layer.part;
}

/** "dense · relu". */
export function kindText({ type, activation, outputShape }: DiagramLayer): string {
  if (type === 'input') return `${grouped(sizeOf(outputShape))} numbers`;
  return activation === undefined ? type : `${type} · ${activation}`;
}

/** "113,040 params", as the editor's hints have it; nothing for a layer that learns nothing. */
export function parameterText({ parameters, frozen }: DiagramLayer): string {
  return parameters.total === 0 ? '' : `${frozen ? 'frozen · ' : ''}${grouped(parameters.total)} params`;
}

/** "28×28×1 → 784". */
export function shapeChange({ type, inputShape, outputShape }: DiagramLayer): string {
  return type === 'input' ? formatShape(outputShape) : `${formatShape(inputShape)} → ${formatShape(outputShape)}`;
}

/** One layer in a sentence, for people who cannot see it. */
export function spoken(diagram: Diagram, layer: DiagramLayer): string {
  const parts = [
    `${partName(drawnPart(diagram, layer))}: ${layer.name}`, ...(layer.type === 'input' ? [] : [kindText(layer)]), shapeChange(layer),
    ...(layer.parameters.total === 0 ? [] : [parameterText(layer)]), ...layer.notes.map(note => note.label),
  ];
  return parts.join(', ');
}

/** The whole model in a few sentences. */
export function summaryOf({ title, layers, compression, whole, notes }: Diagram): string {
  const walk = layers.filter(layer => !layer.companion).map(layer => `${layer.name} ${formatShape(layer.outputShape)}`).join(', ');
  return `${title}. ${compression}. ${walk}. ${grouped(whole.total)} parameters. ${notes.map(note => note.text).join(' ')}`.trim();
}

/** "1.4 MB", as the summary has it. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
