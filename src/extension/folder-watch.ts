// Watches a folder that may not exist yet: until it does, its nearest existing ancestor is watched. One callback for
// everything that happens; what happened is found out by looking, because watchers differ in what they tell.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Disposable } from './disposables.ts';

/** Calls `onChange` (at most every `calm` milliseconds) when an entry of the folder comes, goes or is replaced. */
export class FolderWatch implements Disposable {
  private watcher: fs.FSWatcher | undefined;
  private watched = '';
  private timer: NodeJS.Timeout | undefined;
  private gone = false;

  constructor(private readonly folder: string, private readonly onChange: () => void, private readonly calm = 100) {
    this.open();
  }

  private open(): void {
    this.watcher?.close();
    this.watcher = undefined;
    for (let folder = this.folder; ; folder = path.dirname(folder)) {
      try {
        this.watched = folder;
        this.watcher = fs.watch(folder, { persistent: false }, () => this.changed());
        this.watcher.on('error', () => this.changed());
        return;
      } catch {
        // Not there, or not watchable: its parent tells when that changes. Where not even the root can be watched (or the
        // system has no watches left) the view's Refresh and every return to the window still look.
        if (path.dirname(folder) === folder) return;
      }
    }
  }

  private changed(): void {
    if (this.gone || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.watched !== this.folder || !fs.existsSync(this.folder)) this.open();
      this.onChange();
    }, this.calm);
  }

  dispose(): void {
    this.gone = true;
    clearTimeout(this.timer);
    this.watcher?.close();
  }
}
