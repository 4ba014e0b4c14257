// While it loads, the toolkit's foundation asks whether the browser knows :focus-visible by putting an inline <style> into the
// head and taking it out again, which our content security policy forbids and reports. Imported before the toolkit, this keeps
// that element out of the document and answers the question with a constructed sheet. toolkit.ts ends it once the toolkit is loaded.

const { head } = document;

head.appendChild = function <T extends Node>(node: T): T {
  if (!(node instanceof HTMLStyleElement)) return Node.prototype.appendChild.call(head, node) as T;
  Object.defineProperty(node, 'sheet', { value: new CSSStyleSheet() });
  return node;
};
head.removeChild = function <T extends Node>(node: T): T {
  return node.parentNode === head ? Node.prototype.removeChild.call(head, node) as T : node;
};

/** Gives the head back its own methods. */
export function endFocusProbe(): void {
  Reflect.deleteProperty(head, 'appendChild');
  Reflect.deleteProperty(head, 'removeChild');
}
