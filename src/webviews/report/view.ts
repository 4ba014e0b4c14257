// What the sections of the report share: the runs, the choices of the user, and what can be asked for.
import { html, type TemplateResult } from 'lit';
import type { PageCommand, ReportRun } from '../../protocol/messages.ts';
import type { Theme } from '../shared/theme.ts';
import type { CurveKind } from '../../view/report/probe.ts';
import type { PictureSource } from './pictures.ts';

/** What the user chose to see; kept over reloads. */
export interface ReportView {
  /** The run that the tool bar is about. */
  readonly runId: string;
  /** The judgement whose confusion matrix is shown. */
  readonly matrix: string;
  /** Shares in place of counts. */
  readonly shares: boolean;
  readonly curve: CurveKind;
  readonly measure: 'mse' | 'psnr' | 'ssim';
  /** The robustness test shown, by name. */
  readonly test: string;
  /** Charts as tables. */
  readonly tables: boolean;
  /** Times the size of pictures; 0 fits them. */
  readonly zoom: number;
}

export const defaultView: ReportView = { runId: '', matrix: '', shares: false, curve: 'accuracy', measure: 'mse', test: '', tables: false, zoom: 0 };

export interface ReportContext {
  readonly runs: readonly ReportRun[];
  /** Names that tell the runs apart, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly theme: Theme;
  readonly view: ReportView;
  readonly change: (patch: Partial<ReportView>) => void;
  readonly command: (command: PageCommand, runId: string) => void;
  readonly pictures: PictureSource;
  readonly savePng: (name: string, canvas: OffscreenCanvas | Promise<OffscreenCanvas>) => void;
  readonly saveCsv: (name: string, text: string) => void;
}

/** A section with its heading, its controls beside it, and what it shows. */
export function section(title: string, controls: unknown, content: unknown): TemplateResult {
  return html`<section aria-label=${title}><div class="section-head"><h2>${title}</h2><span class="section-controls">${controls}</span></div>${content}</section>`;
}
