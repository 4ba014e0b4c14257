import { expect, it } from 'vitest';
import { html, trusted } from './html.ts';
import { parseHtml, textOf } from './testing.ts';

it('escapes whatever is put in, in texts and in attributes, and leaves markup as it is', () => {
  const nasty = `<script>alert("1")</script>&amp;'`;
  expect(html`<p title="${nasty}">${nasty}${html`<b>${'<'}</b>`}${trusted('<br>')}</p>`.text)
    .toBe('<p title="&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;amp;&#39;">&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;amp;&#39;<b>&#60;</b><br></p>');
  expect(textOf(parseHtml(html`<p>${nasty}</p>`.text))).toBe(nasty);
});

it('joins lists and leaves out what is not there', () => {
  expect(html`<ul>${[1, undefined, ['a', html`<li>b</li>`]]}</ul>`.text).toBe('<ul>1a<li>b</li></ul>');
});

it('puts a mark in place of signs that HTML does not know', () => {
  expect(html`${'a\u0000b\u001bc\ud800d\té\n😀'}`.text).toBe('a\ufffdb\ufffdc\ufffdd\té\n😀');
});
