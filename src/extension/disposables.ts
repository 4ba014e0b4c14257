// Owners of things that must be let go. What is added to an owner that is already gone is disposed at once, so nothing that
// arrives late (a process that took long to start, an answer after the window closed) can leak.

export interface Disposable {
  dispose(): void;
}

export class Disposables implements Disposable {
  private readonly held = new Set<Disposable>();
  private gone = false;

  get disposed(): boolean {
    return this.gone;
  }

  add<T extends Disposable>(item: T): T {
    if (this.gone) item.dispose();
    else this.held.add(item);
    return item;
  }

  /** Disposes one thing early. */
  release(item: Disposable): void {
    if (this.held.delete(item)) item.dispose();
  }

  /** Everything, the newest first. */
  dispose(): void {
    this.gone = true;
    const items = [...this.held].reverse();
    this.held.clear();
    for (const item of items) item.dispose();
  }
}

/** A list of listeners: what `vscode.EventEmitter` is, for rooms of the house that do not know VS Code. */
export class Signal<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}
