// What was asked for: the config as its author wrote it, what was set otherwise, the data, and the model that came of both.
import { visit } from 'jsonc-parser';
import { formatShape, sizeOf } from '../core/tensor.ts';
import type { Summary } from '../model/summary.ts';
import type { RunFacts } from './facts.ts';
import { html, type Markup } from './html.ts';
import { facts, table } from './table.ts';
import { corruptionText, counted, formatCount, settingText } from './words.ts';

export function configSection({ config, resolved, run: { info } }: RunFacts): Markup | undefined {
  if (config === undefined && resolved === undefined) return undefined;
  const overrides = Object.entries(info?.overrides ?? {});
  return html`<section><h2>What was asked for</h2>
${config === undefined ? undefined : html`<pre>${withComments(config.trimEnd())}</pre>`}
${overrides.length === 0 ? undefined : table({
    caption: info?.sweep === undefined ? 'Set otherwise than in the file' : `Set otherwise than in the file, for training ${info.sweep.index + 1} of ${info.sweep.count} of a sweep`,
    columns: [{ name: 'Setting', text: true }, { name: 'Value', text: true }],
    rows: overrides.map(([path, value]) => [html`<code>${path}</code>`, html`<code>${settingText(value)}</code>`]),
  })}
${info?.parent === undefined ? undefined : html`<p>It began with weights of the run ${info.parent}.</p>`}
${resolved === undefined ? undefined : html`<details><summary>The same with every default filled in</summary><pre>${resolved.trimEnd()}</pre></details>`}</section>`;
}

/** JSON with its comments set apart. */
function withComments(text: string): readonly Markup[] {
  const pieces: Markup[] = [];
  let done = 0;
  visit(text, {
    onComment: (offset, length) => {
      pieces.push(html`${text.slice(done, offset)}<i>${text.slice(offset, offset + length)}</i>`);
      done = offset + length;
    },
  }, { disallowComments: false, allowTrailingComma: true });
  return [...pieces, html`${text.slice(done)}`];
}

export function dataSection({ run: { info }, spec }: RunFacts): Markup | undefined {
  if (info === undefined) return undefined;
  const { name, shape, train, validation, classNames, fromDisk } = info.dataset;
  if (train === 0) return html`<section><h2>Data</h2><p>The data set ${name} was not read: the run ended before.</p></section>`;
  return html`<section><h2>Data</h2>${facts([
    ['Data set', name],
    ['A sample', `${formatShape(shape)}${shape.length > 1 ? `: ${formatCount(sizeOf(shape))} numbers` : ' numbers'}`],
    ['Training samples', formatCount(train)],
    ['Validation samples', validation === 0 ? 'none set aside' : formatCount(validation)],
    ['Classes', classNames === undefined ? undefined : `${classNames.length}: ${classNames.join(', ')}`],
    ['Corruption of the input', spec === undefined ? undefined : spec.corruption.length === 0 ? 'none' : spec.corruption.map(corruptionText).join(', then ')],
    ['Read', fromDisk === true ? 'from disk as needed, in an order of blocks' : undefined],
  ])}</section>`;
}

export function modelSection({ model, spec }: RunFacts): Markup | undefined {
  if (model === undefined) return undefined;
  const penalties = spec?.penalties ?? [];
  return html`<section><h2>Model</h2>${layerTable(model)}
${spec === undefined ? undefined : facts([
    ['Latent', spec.latent.type],
    ['Penalties', penalties.length === 0 ? 'none' : penalties.map(({ type, ...settings }) => `${type} ${settingText(settings)}`).join('; ')],
    ['Pretraining', spec.pretraining?.type],
  ])}</section>`;
}

function layerTable({ inputShape, rows, encoder, decoder, whole }: Summary): Markup {
  const total = (name: string, { total: all, trainable }: Summary['whole']) => ['', name, '', '', `${formatCount(all)}${trainable === all ? '' : ` (${formatCount(trainable)} trainable)`}`];
  return table({
    caption: `The layers, what each gives, and its parameters: ${counted(whole.total, 'parameter')} in all`,
    columns: [{ name: 'Part', text: true }, { name: 'Layer', text: true }, { name: 'Type', text: true }, { name: 'Output', text: true }, { name: 'Parameters' }],
    rows: [
      ['', 'input', '', formatShape(inputShape), ''],
      ...rows.map(({ part, name, type, outputShape, parameters }, i) => [html`<span class="part">${rows[i - 1]?.part === part ? '' : part}</span>`, name, type, formatShape(outputShape), formatCount(parameters)]),
      total('Encoder', encoder), total('Decoder', decoder), total('Whole', whole),
    ],
    sums: rows.length + 1,
  });
}
