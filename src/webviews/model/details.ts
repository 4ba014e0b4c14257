// The strip below the diagram: all about one layer, or about the whole model while none is looked at.
import { html, nothing, type TemplateResult } from 'lit';
import { formatShape, sizeOf } from '../../core/tensor.ts';
import type { Diagram, DiagramLayer, DiagramNote, ShownModel } from '../../protocol/messages.ts';
import { drawnPart, formatBytes, grouped, kindText, partName, shapeChange } from './words.ts';

const fact = (name: string, value: unknown) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function noteLine(note: DiagramNote): TemplateResult {
  return html`<p class="note-line small"><b>${note.label}</b> ${note.text}</p>`;
}

/** @param action what can be done with the layer, beside its name */
export function layerDetails(diagram: Diagram, layer: DiagramLayer, action: TemplateResult | typeof nothing): TemplateResult {
  const { parameters } = layer;
  const trained = parameters.notTrainable === 0 ? '' : layer.frozen ? ', frozen: none is trained' : `, ${grouped(parameters.notTrainable)} of them not trained by gradients`;
  return html`<h2>${layer.name} <span class="muted">${partName(drawnPart(diagram, layer))}${layer.type === 'input' ? '' : `, ${kindText(layer)}`}</span>${action}</h2>
    <dl class="facts">
      ${fact(layer.type === 'input' ? 'Shape' : 'Shapes', shapeChange(layer))}
      ${layer.outputShape.length > 1 ? fact('Numbers', grouped(sizeOf(layer.outputShape))) : nothing}
      ${layer.counting === undefined ? nothing : fact('Parameters', html`${layer.counting}${trained}`)}
      ${layer.facts.map(({ name, value }) => fact(name, value))}
    </dl>
    ${layer.notes.map(noteLine)}`;
}

/** What the whole model comes to, in one line. */
export function modelLine({ compression, whole }: Diagram, memory: ShownModel['memory']): TemplateResult {
  const trained = whole.notTrainable === 0 ? '' : `, ${grouped(whole.trainable)} of them trained`;
  return html`<p class="model-line"><b>${compression}</b><span>${grouped(whole.total)} parameters${trained}</span>${
    memory === undefined ? nothing : html`<span>about ${formatBytes(memory.bytes)} to train at a batch size of ${grouped(memory.batchSize)}</span>`}</p>`;
}

export function modelDetails({ encoder, decoder, whole, latentShape, notes }: Diagram): TemplateResult {
  return html`<h2>The whole model <span class="muted">Choose a layer to see what it is made of.</span></h2>
    <dl class="facts">
      ${fact('Encoder', `${grouped(encoder.total)} parameters`)}${fact('Decoder', `${grouped(decoder.total)} parameters`)}${whole.notTrainable === 0 ? nothing : fact('Not trained', grouped(whole.notTrainable))}${fact('Code', formatShape(latentShape))}
    </dl>
    ${notes.map(noteLine)}`;
}
