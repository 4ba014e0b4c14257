// The extension host's side of a page under test, run inside the test's browser before the page's own script: it gives the page
// acquireVsCodeApi and a theme, answers `ready` and requests as a test's host file says, and records everything.
import type { HostMessage, PageMessage, RequestMessage, Urgency } from '../../src/protocol/messages.ts';
import { themes, type ThemeName } from './themes.ts';

/** Everything a host sends but responses. Distributes over the union. */
export type HostData = HostMessage extends infer M ? (M extends { type: 'response' } ? never : M) : never;

export interface FakeHost {
  readonly messages: PageMessage[];
  /** Files the page asked to save. */
  readonly saved: { name: string; kind: string; bytes: Uint8Array }[];
  readonly violations: string[];
  readonly errors: string[];
  state(): unknown;
  send(message: HostData & Urgency): void;
  setTheme(name: ThemeName): void;
}

export interface HostBehaviour {
  onReady(host: FakeHost): void;
  /** The result of a request (saveFile is answered here); throwing rejects it with the error's text. */
  onRequest?(request: Exclude<RequestMessage, { name: 'saveFile' }>, host: FakeHost): unknown;
}

declare global {
  interface Window {
    testHost: FakeHost;
    acquireVsCodeApi: () => unknown;
  }
}

const stateKey = 'test-view-state';

export function installHost(behaviour: HostBehaviour): FakeHost {
  const host: FakeHost = {
    messages: [], saved: [], violations: [], errors: [],
    state: () => JSON.parse(sessionStorage.getItem(stateKey) ?? 'null') as unknown,
    send: message => window.postMessage(message, '*'),
    setTheme,
  };
  window.testHost = host;
  document.addEventListener('securitypolicyviolation', event => host.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
  window.addEventListener('error', event => host.errors.push(event.message));
  window.addEventListener('unhandledrejection', event => host.errors.push(String(event.reason)));

  window.acquireVsCodeApi = () => ({
    getState: host.state,
    setState: (state: unknown) => sessionStorage.setItem(stateKey, JSON.stringify(state)),
    postMessage: (message: PageMessage) => {
      host.messages.push(message);
      // As in VS Code, an answer never comes before the page's own turn has ended.
      setTimeout(() => receive(message), 0);
    },
  });

  function receive(message: PageMessage): void {
    if (message.type === 'ready') behaviour.onReady(host);
    if (message.type === 'request') {
      Promise.resolve().then(() => answer(message)).then(
        result => window.postMessage({ type: 'response', id: message.id, ok: true, result }, '*'),
        (error: unknown) => window.postMessage({ type: 'response', id: message.id, ok: false, error: error instanceof Error ? error.message : String(error) }, '*'),
      );
    }
  }

  function answer(request: RequestMessage): unknown {
    if (request.name === 'saveFile') {
      host.saved.push({ name: request.params.suggestedName, kind: request.params.kind, bytes: request.params.bytes });
      return true;
    }
    if (!behaviour.onRequest) throw new Error(`No answer to ${request.name}.`);
    return behaviour.onRequest(request, host);
  }

  setTheme((new URLSearchParams(location.search).get('theme') ?? 'dark') as ThemeName);
  return host;
}

function setTheme(name: ThemeName): void {
  const theme = themes[name];
  const { style } = document.documentElement;
  for (const property of [...style]) style.removeProperty(property);
  for (const [key, value] of Object.entries(theme.colors)) style.setProperty(`--vscode-${key}`, value);
  document.body.classList.remove(...Object.values(themes).flatMap(other => other.bodyClasses));
  document.body.classList.add(...theme.bodyClasses);
  document.body.dataset['vscodeThemeKind'] = theme.kind;
}
