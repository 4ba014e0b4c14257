// What tests of reports share: a reader of HTML that takes nothing but what is whole, every element closed, every attribute quoted.

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const empty = new Set(['meta', 'img', 'br', 'wbr', 'line', 'path', 'circle', 'rect']);
const entities: Readonly<Record<string, string>> = { '&#38;': '&', '&#60;': '<', '&#62;': '>', '&#34;': '"', '&#39;': "'" };

/** @throws Error where an element is not closed, or a sign stands that should have been escaped. */
export function parseHtml(text: string): Element {
  const root: Element & { children: (Element | string)[] } = { name: '', attributes: {}, children: [] };
  const open = [root];
  const tag = /<!DOCTYPE html>|<\/([a-z0-9]+)>|<([a-z0-9]+)((?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<]*")?)*)\s*(\/?)>/gy;
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('<', at);
    const plain = text.slice(at, next < 0 ? undefined : next);
    if (plain !== '') open.at(-1)!.children.push(decoded(plain));
    if (next < 0) break;
    tag.lastIndex = next;
    const found = tag.exec(text);
    if (found === null) throw new Error(`No tag: ${text.slice(next, next + 60)}`);
    at = tag.lastIndex;
    const [, closed, opened, attributes = '', self] = found;
    if (closed !== undefined) {
      const last = open.pop()!;
      if (last.name !== closed) throw new Error(`</${closed}> closes <${last.name}> at ${text.slice(Math.max(0, next - 60), next)}`);
    } else if (opened !== undefined) {
      const element = { name: opened, attributes: Object.fromEntries([...attributes.matchAll(/([a-zA-Z][a-zA-Z0-9-]*)(?:="([^"]*)")?/g)].map(([, name, value]) => [name!, decoded(value ?? '')])), children: [] as (Element | string)[] };
      open.at(-1)!.children.push(element);
      if (self === '' && !empty.has(opened)) open.push(element);
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)!.name}> is not closed.`);
  return root;
}

function decoded(text: string): string {
  return text.replace(/&#?\w+;?/g, entity => {
    const sign = entities[entity];
    if (sign === undefined) throw new Error(`Unknown entity ${entity}`);
    return sign;
  });
}

/** All elements of a name below another, in order. */
export function all(element: Element, name: string): readonly Element[] {
  return element.children.flatMap(child => (typeof child === 'string' ? [] : [...(child.name === name ? [child] : []), ...all(child, name)]));
}

export function textOf(element: Element): string {
  return element.children.map(child => (typeof child === 'string' ? child : textOf(child))).join('');
}

/** The section under a heading. @throws Error when there is none. */
export function sectionOf(document: Element, heading: string): Element {
  const found = all(document, 'section').find(section => all(section, 'h2').some(h2 => textOf(h2) === heading));
  if (found === undefined) throw new Error(`There is no section "${heading}".`);
  return found;
}

/** Names and values of lists of facts. */
export function factsOf(element: Element): Readonly<Record<string, string>> {
  const [names, values] = [all(element, 'dt').map(textOf), all(element, 'dd').map(textOf)];
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

/** The cells of the table whose caption begins so, row by row, heads first. @throws Error when there is none. */
export function tableOf(element: Element, caption: string): readonly (readonly string[])[] {
  const found = all(element, 'table').find(table => all(table, 'caption').some(text => textOf(text).startsWith(caption)));
  if (found === undefined) throw new Error(`There is no table "${caption}".`);
  return all(found, 'tr').map(row => row.children.flatMap(cell => (typeof cell === 'string' ? [] : [textOf(cell)])));
}
