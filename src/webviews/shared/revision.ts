// The numbers on host messages (protocol/messages.ts): what a page does with each, as a plain state machine.

export type RevisionVerdict =
  /** Use it. */
  | 'apply'
  /** It is older than the snapshot already shown. */
  | 'ignore'
  /** Something was missed: ask for a new snapshot. */
  | 'ask';

/** Watches the revisions of one page's messages. */
export class RevisionGuard {
  private revision: number | undefined;
  private asked = false;

  snapshot(revision: number): RevisionVerdict {
    this.revision = revision;
    this.asked = false;
    return 'apply';
  }

  /** Judges an increment. 'ask' is answered once per gap; increments until the next snapshot are ignored. */
  increment(revision: number): RevisionVerdict {
    if (this.revision === undefined || this.asked) return 'ignore';
    if (revision <= this.revision) return 'ignore';
    if (revision !== this.revision + 1) {
      this.asked = true;
      return 'ask';
    }
    this.revision = revision;
    return 'apply';
  }
}
