// What components watch besides their data: the editor's theme, and how large a box of theirs is. Each asks for a new drawing
// when it changes, and stops with the component.
import type { LitElement, ReactiveController } from 'lit';
import { onThemeChange, readTheme, type Theme } from './theme.ts';

export class ThemeWatch implements ReactiveController {
  current: Theme = readTheme();
  private stop: (() => void) | undefined;

  /** @param changed called before the new drawing, for what the component does not draw itself. */
  constructor(private readonly host: LitElement, private readonly changed: (theme: Theme) => void = () => undefined) {
    host.addController(this);
  }

  hostConnected(): void {
    this.stop = onThemeChange(theme => {
      this.current = theme;
      this.changed(theme);
      this.host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.stop?.();
  }
}

/** The inner size of an element of the component in CSS pixels; 0 until it was drawn for the first time. */
export class BoxWatch implements ReactiveController {
  width = 0;
  height = 0;
  private box: Element | undefined;
  private readonly observer = new ResizeObserver(() => { this.measure(); });

  /** @param selector of the element, which stays for as long as the component is connected. */
  constructor(private readonly host: LitElement, private readonly selector: string) {
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.box !== undefined) return;
    this.box = this.host.renderRoot.querySelector(this.selector) ?? undefined;
    if (this.box === undefined) return;
    this.observer.observe(this.box);
    this.measure();
  }

  hostDisconnected(): void {
    this.observer.disconnect();
    this.box = undefined;
  }

  private measure(): void {
    if (this.box === undefined) return;
    const { clientWidth, clientHeight } = this.box;
    if (clientWidth === this.width && clientHeight === this.height) return;
    this.width = clientWidth;
    this.height = clientHeight;
    this.host.requestUpdate();
  }
}
