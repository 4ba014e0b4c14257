// HTML by templates that escape whatever is put into them: names, notes, configs and messages are written by anybody, and a report
// is opened by others than those who wrote them.

/** Text that is HTML already. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Piece = Markup | string | number | undefined | readonly Piece[];

/** Attributes are to stand in double quotes. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(parts.map((part, i) => (i === 0 ? part : textOf(pieces[i - 1]) + part)).join(''));
}

/** Of what this program made itself: a style sheet, the numbers of a path. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`).replace(FORBIDDEN, '\ufffd');
}

/** Signs that HTML does not know, escaped or not. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/gu;

function textOf(piece: Piece): string {
  if (piece === undefined) return '';
  if (piece instanceof Markup) return piece.text;
  return typeof piece === 'object' ? piece.map(textOf).join('') : escapeHtml(String(piece));
}

/** A PNG within the page. */
export function dataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString('base64')}`;
}
