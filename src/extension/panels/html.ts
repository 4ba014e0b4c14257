// The HTML a page is born with: a strict Content-Security-Policy, its setup as JSON, its bundle. Everything else the page builds.
import type { PageName, PageSetup } from '../../protocol/messages.ts';

export interface PageAddresses {
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly assets: PageSetup['assets'];
}

/** Only the page in which a model runs may compile WebAssembly, start a worker from bytes, and fetch both. */
const extra: Readonly<Record<PageName, (cspSource: string) => { readonly script: string; readonly more: readonly string[] }>> = {
  loss: () => ({ script: '', more: [] }),
  reconstructions: () => ({ script: '', more: [] }),
  report: () => ({ script: '', more: [] }),
  sweep: () => ({ script: '', more: [] }),
  model: () => ({ script: '', more: [] }),
  data: () => ({ script: '', more: [] }),
  latent: cspSource => ({ script: " 'wasm-unsafe-eval'", more: [`connect-src ${cspSource}`, 'worker-src blob:'] }),
};

export function contentSecurityPolicy(page: PageName, cspSource: string, nonce: string): string {
  const { script, more } = extra[page](cspSource);
  return [
    "default-src 'none'", `style-src ${cspSource}`, `script-src 'nonce-${nonce}'${script}`, `img-src ${cspSource} data: blob:`, `font-src ${cspSource}`, ...more,
  ].join('; ');
}

/** JSON that may stand inside a script element: no `<` can end it early. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

export function pageHtml(page: PageName, title: string, nonce: string, addresses: PageAddresses): string {
  const setup: PageSetup = { page, assets: addresses.assets };
  return documentHtml(page, title, contentSecurityPolicy(page, addresses.cspSource, nonce), addresses.style, {
    head: `\n<script type="application/json" id="setup">${scriptJson(setup)}</script>`,
    body: `<script nonce="${nonce}" src="${attribute(addresses.script)}"></script>`,
  });
}

/** What stands in place of a page whose data cannot be read. */
export function troubleHtml(page: PageName, title: string, reason: string, { cspSource, style }: Pick<PageAddresses, 'cspSource' | 'style'>): string {
  return documentHtml(page, title, `default-src 'none'; style-src ${cspSource}`, style, {
    body: `<div class="empty" role="alert"><h2>This cannot be shown</h2><p>${attribute(reason)}</p><p>It appears here as soon as it can be read.</p></div>`,
  });
}

function documentHtml(page: PageName, title: string, policy: string, style: string, { head = '', body }: { readonly head?: string; readonly body: string }): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(title)}</title>
<link rel="stylesheet" href="${attribute(style)}">${head}
</head>
<body class="page-${page}">
${body}
</body>
</html>
`;
}
