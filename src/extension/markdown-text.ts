// Text of users and programs inside Markdown. VS Code's own `MarkdownString.appendText` also turns every space into one that does not
// break, so that a long text cannot wrap and is cut off.

/** The text as it is read, on one line, so that it also fits into a cell of a table. */
export function markdownText(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\\`*_<>[\]|#&~]/g, '\\$&')
    // At its beginning a list or a rule could be meant.
    .replace(/^(\d*)([-+.)])(?=[\s-]|$)/, '$1\\$2');
}
