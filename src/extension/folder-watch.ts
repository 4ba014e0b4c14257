// Watches a folder that may not exist yet: until it does, its nearest existing ancestor is watched. One callback for
// everything that happens; what happened is found out by looking, because watchers differ in what they tell.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Disposable } from './disposables.ts';

/** Calls `onChange` (at most every `calm` milliseconds) when an entry of the folder comes, goes or is replaced. */
export class FolderWatch implements Disposable {
  private watcher: fs.FSWatcher | undefined;
  private watched = '';
  /** Which folder of that name is watched: a watcher stays with the one that it was opened on. */
  private identity = '';
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
        this.identity = identityOf(folder);
        this.watcher = fs.watch(folder, { persistent: false }, () => this.changed());
        this.watcher.on('error', () => {
          // From now on it is deaf.
          this.identity = '';
          this.changed();
        });
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
      if (this.watched !== this.folder || this.identity === '' || this.identity !== identityOf(this.folder)) this.open();
      this.onChange();
    }, this.calm);
  }

  dispose(): void {
    this.gone = true;
    clearTimeout(this.timer);
    this.watcher?.close();
  }
}

/** Differs for a folder that was deleted and made again, also where the system gives it the old number; '' where there is none. */
function identityOf(folder: string): string {
  const stat = fs.statSync(folder, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev} ${stat.ino} ${stat.birthtimeNs}`;
}
