// Template of the tool bar: what is shown of the samples, and how.
import { html, nothing, type TemplateResult } from 'lit';
import { dropdown, iconButton, segments, slider, toggles } from '../shared/toolkit.ts';
import type { Arrangement } from './arrangement.ts';
import { labelNames } from './order.ts';
import { sizes, type Layout, type PicturesView } from './settings.ts';
import { rowNames, type RowKind } from './sheet.ts';

export interface ToolbarActions {
  change(patch: Partial<PicturesView>): void;
  savePng(): void;
  pickRuns(): void;
}

/** @param arrangements of all sections; what is chosen stands as in the first */
export function toolbar(arrangements: readonly Arrangement[], view: PicturesView, actions: ToolbarActions): TemplateResult {
  const sections = arrangements.map(({ section }) => section);
  const { layout, size } = arrangements[0]!;
  const labels = labelNames(sections.flatMap(s => s.samples.labels ?? []));
  const corrupted = sections.some(s => s.runs.some(r => r.samples.corrupted));
  const kinds = (Object.keys(rowNames) as RowKind[]).filter(kind => kind !== 'corrupted' || corrupted);
  const most = Math.max(...sections.map(s => s.samples.count));
  const counts = [4, 8, 16, 32, 64].filter(n => n < most);
  const several = sections.some(s => s.runs.length > 1);
  return html`<div class="toolbar" role="toolbar" aria-label="Pictures">
    ${toggles({
      label: 'Rows', on: kinds.filter(k => !view.hiddenRows.includes(k)), choices: kinds.map(value => ({ value, label: rowNames[value] })),
      onToggle: kind => actions.change({ hiddenRows: view.hiddenRows.includes(kind) ? view.hiddenRows.filter(k => k !== kind) : [...view.hiddenRows, kind] }),
    })}
    ${segments<Layout>({
      label: 'Layout', value: layout, onChange: chosen => actions.change({ layout: chosen }),
      choices: [{ value: 'rows', label: 'Rows', title: 'Samples in columns, everything of one sample below it' }, { value: 'grid', label: 'Grid', title: 'Near-square blocks of originals and of reconstructions, side by side' }],
    })}
    ${several && layout === 'rows' ? segments<'run' | 'kind'>({
      label: 'Together', showLabel: true, value: view.group, onChange: group => actions.change({ group }),
      choices: [{ value: 'kind', label: 'Kinds', title: 'Rows of the same kind below each other, so that runs compare' }, { value: 'run', label: 'Runs', title: 'All rows of a run below its name' }],
    }) : nothing}
    ${dropdown({
      label: 'Order', value: view.order, onChange: order => actions.change({ order }),
      choices: [{ value: 'file', label: 'In order' }, { value: 'worst', label: 'Worst first' }, { value: 'best', label: 'Best first' }, ...(several ? [{ value: 'apart' as const, label: 'Where runs differ' }] : []), ...(labels.length > 0 ? [{ value: 'label' as const, label: 'By label' }] : [])],
    })}
    ${labels.length > 1 ? dropdown({ label: 'Label', value: view.only, choices: [{ value: '', label: 'All' }, ...labels.map(value => ({ value, label: value }))], onChange: only => actions.change({ only }) }) : nothing}
    ${counts.length > 0 ? segments({ label: 'Samples', showLabel: true, value: String(view.most), choices: [...counts.map(n => ({ value: String(n), label: String(n) })), { value: '0', label: 'All' }], onChange: chosen => actions.change({ most: Number(chosen) }) }) : nothing}
    <span class="group">${slider({ label: 'Size', value: size, min: sizes.least, max: sizes.most, step: sizes.step, format: v => `${v} px`, silent: true, onInput: chosen => actions.change({ size: chosen }), title: 'Height of a picture; pixels stay sharp squares' })}
      <button type="button" class="fit" aria-pressed=${view.size === 0 ? 'true' : 'false'} title="As large as fits the width" @click=${() => actions.change({ size: view.size === 0 ? size : 0 })}>Fit</button></span>
    <span class="group">
      ${iconButton({ label: 'Show errors as table', icon: 'table', pressed: view.table, onClick: () => actions.change({ table: !view.table }) })}
      ${iconButton({ label: 'Save pictures as PNG…', icon: 'device-camera', disabled: view.table, onClick: () => actions.savePng() })}
      ${iconButton({ label: 'Add runs…', icon: 'add', onClick: () => actions.pickRuns() })}
    </span>
  </div>`;
}
