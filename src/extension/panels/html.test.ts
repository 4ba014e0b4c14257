import { expect, it } from 'vitest';
import { contentSecurityPolicy, pageHtml, troubleHtml } from './html.ts';

const addresses = { cspSource: 'https://example.test', script: 'https://example.test/loss.js', style: 'https://example.test/loss.css', assets: { worker: 'w</script>', ortWasm: 'm' } };

it('lets only the page with a model compile, fetch and start workers', () => {
  expect(contentSecurityPolicy('loss', 'S', 'N')).toBe("default-src 'none'; style-src S; script-src 'nonce-N'; img-src S data: blob:; font-src S");
  expect(contentSecurityPolicy('model', 'S', 'N')).toBe(contentSecurityPolicy('loss', 'S', 'N'));
  expect(contentSecurityPolicy('latent', 'S', 'N')).toBe("default-src 'none'; style-src S; script-src 'nonce-N' 'wasm-unsafe-eval'; img-src S data: blob:; font-src S; connect-src S; worker-src blob:");
});

it('writes the set-up so that it cannot end its script, and reads back', () => {
  const html = pageHtml('loss', 'Loss', 'abc', addresses);
  const json = /<script type="application\/json" id="setup">(.*?)<\/script>/.exec(html)?.[1];
  expect(JSON.parse(json!)).toEqual({ page: 'loss', assets: addresses.assets });
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toMatch(/\s(style|on\w+)="/);
});

it('what cannot be shown is told as text, without scripts', () => {
  const html = troubleHtml('loss', 'Loss', 'Cannot read <b>"a"</b>', addresses);
  expect(html).toContain('<p>Cannot read &lt;b>&quot;a&quot;&lt;/b></p>');
  expect(html).not.toContain('<script');
  expect(html).toContain("default-src 'none'; style-src https://example.test");
});
