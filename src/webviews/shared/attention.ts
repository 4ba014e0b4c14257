// Whether somebody may be looking at this page closely. Then it draws what changes at once. A page that nobody has touched for a
// while, beside a training that goes on, gathers its changes and draws them at moments that it shares with all other pages: where a
// window is drawn by the processor, a frame of it costs as much as a step of the training, whatever little changed in it.
import { untilBeat, YOUNG } from './pace.ts';
import { onThemeChange } from './theme.ts';

/** Milliseconds after an increment in which another may come: until then the page follows something. */
const FOLLOWING = 20_000;
/** Milliseconds in which what belongs to a moment is still drawn in it: what is drawn anew because of what was. */
const MOMENT = 100;
/** Milliseconds in which what follows from something urgent is drawn at once, pictures included that have yet to be asked for. */
const URGENT = 1000;

export class Attention {
  private caughtAt = performance.now();
  private followedAt = -Infinity;
  private openUntil = 0;
  private waiting: { readonly moment: Promise<number>; readonly end: () => void } | undefined;

  /** Milliseconds since the page got its snapshot or was touched. */
  get age(): number {
    return performance.now() - this.caughtAt;
  }

  /** Somebody is there. @returns whether nobody was until now */
  caught(): boolean {
    const wasResting = this.age >= YOUNG;
    this.caughtAt = performance.now();
    this.waiting?.end();
    return wasResting;
  }

  /** Something comes that is to be seen at once, whether or not somebody is there. */
  urgent(): void {
    this.waiting?.end();
    this.openUntil = performance.now() + URGENT;
  }

  /** An increment is being taken. */
  followed(): void {
    this.followedAt = performance.now();
  }

  /** When to draw, and then when that was (`performance.now()`); undefined: now. */
  moment(): Promise<number> | undefined {
    const now = performance.now();
    if (this.age < YOUNG || now < this.openUntil || now - this.followedAt > FOLLOWING) return undefined;
    this.waiting ??= this.beginWaiting();
    return this.waiting.moment;
  }

  /** Draws in the first frame of such a moment. */
  frame(draw: () => void): void {
    const moment = this.moment();
    if (moment === undefined) requestAnimationFrame(draw);
    else void moment.then(() => { requestAnimationFrame(draw); });
  }

  private beginWaiting(): { readonly moment: Promise<number>; readonly end: () => void } {
    let resolve: (now: number) => void = () => undefined;
    const moment = new Promise<number>(done => { resolve = done; });
    const end = (): void => {
      clearTimeout(timer);
      this.waiting = undefined;
      const now = performance.now();
      this.openUntil = now + MOMENT;
      resolve(now);
    };
    const timer = setTimeout(end, untilBeat(Date.now(), this.age));
    return { moment, end };
  }
}

/** That of this page. */
export const attention = new Attention();

/**
 * From now on whatever a hand does in the page counts as attention, and so does another size or theme, which a hand gave it from outside.
 * @param woken the hand came to a page that nobody had touched for a while
 */
export function noticeHands(woken: () => void): void {
  const notice = (): void => { if (attention.caught()) woken(); };
  for (const type of ['pointerdown', 'pointermove', 'wheel', 'keydown', 'resize'] as const) {
    window.addEventListener(type, notice, { capture: true, passive: true });
  }
  onThemeChange(notice);
}
