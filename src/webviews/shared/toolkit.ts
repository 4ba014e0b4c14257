// The only module that knows @vscode/webview-ui-toolkit and codicons (the toolkit is frozen upstream, so it may have to go one
// day). Pages build controls with these functions; where the toolkit has no control (sliders, toggles) base.css styles plain ones.
import '@vscode/codicons/dist/codicon.css';
import './base.css';
import { endFocusProbe } from './focus-probe.ts';
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox, vsCodeDropdown, vsCodeOption } from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

endFocusProbe();
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption());

/** A codicon, hidden from screen readers: the control around it has the name. */
export function icon(name: string): TemplateResult {
  return html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`;
}

export interface ButtonOptions {
  readonly label: string;
  readonly icon?: string;
  readonly title?: string;
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

export function button(options: ButtonOptions): TemplateResult {
  return html`<vscode-button appearance=${options.primary ? 'primary' : 'secondary'} title=${options.title ?? nothing}
    ?disabled=${options.disabled ?? false} @click=${options.onClick}
    >${options.icon ? html`<span slot="start" class="codicon codicon-${options.icon}" aria-hidden="true"></span>` : nothing}${options.label}</vscode-button>`;
}

/** A button that is only an icon; `label` is its tooltip and its name. With `pressed` it is a toggle. */
export function iconButton(options: { label: string; icon: string; pressed?: boolean; disabled?: boolean; onClick: () => void }): TemplateResult {
  return html`<button type="button" class="icon-button" title=${options.label} aria-label=${options.label}
    aria-pressed=${options.pressed === undefined ? nothing : options.pressed ? 'true' : 'false'}
    ?disabled=${options.disabled ?? false} @click=${options.onClick}>${icon(options.icon)}</button>`;
}

export function checkbox(options: { label: string; checked: boolean; title?: string; disabled?: boolean; onChange: (checked: boolean) => void }): TemplateResult {
  // The toolkit tells of every change, ours too; and a click reaches us before it has changed anything.
  const onChange = (event: Event) => {
    const { checked } = event.currentTarget as HTMLElement & { checked: boolean };
    if (checked !== options.checked) options.onChange(checked);
  };
  return html`<vscode-checkbox @change=${onChange} .checked=${live(options.checked)} ?disabled=${options.disabled ?? false} title=${options.title ?? nothing}>${options.label}</vscode-checkbox>`;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** A drop-down with its label before it. */
export function dropdown<T extends string>(options: { label: string; value: T; choices: readonly Choice<T>[]; disabled?: boolean; onChange: (value: T) => void }): TemplateResult {
  return html`<span class="field"><span class="field-label" aria-hidden="true">${options.label}</span><vscode-dropdown aria-label=${options.label}
    ?disabled=${options.disabled ?? false} .value=${live(options.value)}
    @change=${(event: Event) => options.onChange((event.currentTarget as HTMLElement & { value: T }).value)}
    >${options.choices.map(choice => html`<vscode-option value=${choice.value} ?selected=${choice.value === options.value}>${choice.label}</vscode-option>`)}</vscode-dropdown></span>`;
}

/** A few exclusive choices side by side, as a radio group. */
export function segments<T extends string>(options: { label: string; value: T; choices: readonly (Choice<T> & { readonly title?: string })[]; showLabel?: boolean; onChange: (value: T) => void }): TemplateResult {
  return html`<span class="field">${options.showLabel ? html`<span class="field-label" aria-hidden="true">${options.label}</span>` : nothing}
    <span class="segments" role="radiogroup" aria-label=${options.label} @keydown=${moveBetweenSegments}>${options.choices.map(choice => html`<button type="button" role="radio"
    aria-checked=${choice.value === options.value ? 'true' : 'false'} tabindex=${choice.value === options.value ? '0' : '-1'} title=${choice.title ?? nothing}
    @click=${() => options.onChange(choice.value)}>${choice.label}</button>`)}</span></span>`;
}

function moveBetweenSegments(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const radios = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const next = radios[(radios.indexOf(event.target as HTMLButtonElement) + step + radios.length) % radios.length];
  event.preventDefault();
  next?.focus();
  next?.click();
}

/** A slider with its label before and its value after it (unless `silent`: what it changes is seen at once). `onInput` is called while it moves. */
export function slider(options: { label: string; value: number; min: number; max: number; step: number; format: (value: number) => string; onInput: (value: number) => void; title?: string; silent?: boolean }): TemplateResult {
  return html`<label class="field" title=${options.title ?? nothing}><span class="field-label">${options.label}</span><input type="range" min=${options.min} max=${options.max} step=${options.step}
    .value=${live(String(options.value))} aria-valuetext=${options.format(options.value)}
    @input=${(event: Event) => options.onInput((event.currentTarget as HTMLInputElement).valueAsNumber)}>${options.silent ? nothing : html`<output class="field-value">${options.format(options.value)}</output>`}</label>`;
}

/**
 * What stands for "wait": it does not turn. A page waits because something is being computed, and where no graphics card draws,
 * anything that moves without end takes a quarter of a processor from that.
 */
export const waitIcon = 'clockface';

/** The middle of a page that has nothing to show yet: what is missing, why, and what to do. */
export function emptyState(options: { icon?: string; busy?: boolean; title: string; text?: string; action?: TemplateResult }): TemplateResult {
  const image = options.busy ? waitIcon : options.icon;
  return html`<div class="empty" role="status">${image === undefined ? nothing : html`<span class="codicon codicon-${image} empty-icon" aria-hidden="true"></span>`}
    <h2>${options.title}</h2>${options.text ? html`<p>${options.text}</p>` : nothing}${options.action ?? nothing}</div>`;
}

/** Several switches side by side, each on or off. */
export function toggles<T extends string>(options: { label: string; on: readonly T[]; choices: readonly Choice<T>[]; showLabel?: boolean; onToggle: (value: T) => void }): TemplateResult {
  return html`<span class="field">${options.showLabel ? html`<span class="field-label" aria-hidden="true">${options.label}</span>` : nothing}
    <span class="toggles" role="group" aria-label=${options.label}>${options.choices.map(choice => html`<button type="button"
    aria-pressed=${options.on.includes(choice.value) ? 'true' : 'false'} @click=${() => options.onToggle(choice.value)}>${choice.label}</button>`)}</span></span>`;
}
