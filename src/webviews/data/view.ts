// What the sections of the data page share: the data, the choices of the user, and what can be asked for.
import { html, type TemplateResult } from 'lit';
import type { DataContent } from '../../protocol/messages.ts';
import type { Theme } from '../shared/theme.ts';
import type { Units } from './facts.ts';

/** What the user chose to see; kept over reloads. */
export interface DataView {
  readonly show: 'both' | 'original' | 'corrupted';
  readonly className: string;
  readonly split: 'train' | 'validation';
  readonly size: number;
  /** Charts as tables. */
  readonly tables: boolean;
  readonly axis: 'auto' | 'linear' | 'log';
  readonly units: Units;
}

export const defaultView: DataView = { show: 'both', className: '', split: 'train', size: 64, tables: false, axis: 'auto', units: 'file' };

export interface DataContext {
  readonly content: DataContent;
  readonly theme: Theme;
  readonly view: DataView;
  readonly change: (patch: Partial<DataView>) => void;
  /** Shows only samples of a class. */
  readonly onlyClass: (name: string) => void;
  readonly saveCsv: (name: string, text: string) => void;
}

export function section(title: string, controls: unknown, content: unknown): TemplateResult {
  return html`<section aria-label=${title}><div class="section-head"><h2>${title}</h2><span class="section-controls">${controls}</span></div>${content}</section>`;
}
