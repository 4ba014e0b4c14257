// What all pages but the latent one are: one component that fills the document, gets its data from the host and follows the theme.
import { LitElement } from 'lit';
import type { HostMessage, ResponseMessage } from '../../protocol/messages.ts';
import { attention } from './attention.ts';
import { PageClient, type ClientOptions } from './client.ts';
import type { Theme } from './theme.ts';
import { ThemeWatch } from './watching.ts';

/** H: the messages it gets; V: its view settings. */
export abstract class StudioPage<H extends HostMessage, V extends object> extends LitElement {
  protected readonly client: PageClient<H, V>;
  private readonly themes = new ThemeWatch(this, theme => { this.themed(theme); });

  constructor(defaults: V, options?: ClientOptions) {
    super();
    this.client = new PageClient<H, V>(defaults, message => this.receive(message), options);
  }

  /** Takes a snapshot or an increment. @returns when the page has what it shows of it */
  protected abstract receive(message: Exclude<H, ResponseMessage>): void | Promise<void>;

  /** The theme is another one. Called before the page is drawn again, for what it does not draw itself. */
  protected themed(_theme: Theme): void {}

  protected get theme(): Theme {
    return this.themes.current;
  }

  /** Style sheets are those of the document. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.client.ready();
  }

  protected override async scheduleUpdate(): Promise<void> {
    await attention.moment();
    await super.scheduleUpdate();
  }
}
