// How large pictures are shown: fitted to the width, or at whole multiples of their pixels.
import type { TemplateResult } from 'lit';
import { segments } from '../shared/toolkit.ts';
import type { ReportContext } from './view.ts';

export function zoomControl({ view, change }: ReportContext): TemplateResult {
  return segments({
    label: 'Size of pictures', value: String(view.zoom),
    choices: [{ value: '0', label: 'Fit', title: 'As wide as the page, at most' }, { value: '1', label: '1×' }, { value: '2', label: '2×' }], onChange: zoom => change({ zoom: Number(zoom) }),
  });
}
