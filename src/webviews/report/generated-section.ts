// Samples that decoders made from new codes, each as the picture the program wrote.
import { html, type TemplateResult } from 'lit';
import { zoomControl } from './zoom.ts';
import './pictures.ts';
import { pictureTitle } from '../../view/report/titles.ts';
import { section, type ReportContext } from './view.ts';

export function generatedSection(context: ReportContext): TemplateResult {
  const several = context.runs.length > 1;
  const items = context.runs.flatMap(({ run, generated }) => generated.map(picture => ({
    ...picture, runId: run.id, caption: `${several ? `${context.names.get(run.id)!}: ` : ''}${pictureTitle(picture.file)}`,
  })));
  return section('Generated', zoomControl(context), html`<ae-pictures .items=${items} .source=${context.pictures} .zoom=${context.view.zoom}></ae-pictures>`);
}
