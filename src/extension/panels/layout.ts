// Where the pages of a training stand: beside the editor and below each other, so that all are seen and each has room.

/** What the command `vscode.setEditorLayout` takes. */
export interface EditorLayout {
  /** 0: the groups stand side by side. */
  readonly orientation: 0;
  readonly groups: readonly { readonly groups?: readonly object[] }[];
}

/**
 * Editor groups for up to four things in two columns: the first on the left, the second and third on the right, the fourth below
 * the first.
 * @returns the layout, and for each thing its view column: VS Code numbers groups down the first column, then down the second
 */
export function spread(count: number): { readonly layout: EditorLayout; readonly columns: readonly number[] } {
  const left = count > 3 ? [0, 3] : [0];
  const right = [1, 2].filter(thing => thing < count);
  const order = [...left, ...right];
  const group = (cells: readonly number[]) => cells.length > 1 ? { groups: cells.map(() => ({})) } : {};
  return {
    layout: { orientation: 0, groups: [left, right].filter(cells => cells.length > 0).map(group) },
    columns: Array.from({ length: count }, (_, thing) => order.indexOf(Math.min(thing, 3)) + 1),
  };
}
