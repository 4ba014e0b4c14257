// How calmly a live page follows its run. Training and pages share one machine, so what a page spends on an increment comes out
// of the training. It measures that, and asks the host to keep the next increment back in proportion (protocol/messages.ts, `rest`).

/** Share of the time that a page may be busy with what is new; the rest of the browser spends several times as much on showing it. */
const SHARE = 0.0025;
/** Milliseconds. */
const SHORTEST = 100;
const LONGEST = 8000;
/** Milliseconds of age until which a page draws what comes when it comes. */
export const YOUNG = 10_000;

/** Milliseconds between the moments at which pages that rest begin to draw. */
const BEAT = 1000;

/**
 * Milliseconds until the next moment at which pages draw, which is the same for all of them: what several change in one frame of the
 * window costs less than a frame for each.
 * @param now milliseconds of a clock that all pages share
 * @param age as for `restAfter`
 */
export function untilBeat(now: number, age: number): number {
  return age < YOUNG ? 0 : BEAT - now % BEAT;
}

/**
 * Milliseconds without news after an increment.
 * @param cost milliseconds the page was busy with it
 * @param age milliseconds since the page got its snapshot or was touched: while a run is young, much happens and little has been spent,
 *   and who has a hand on a page wants to see
 * @param now milliseconds of a clock that all pages share
 */
export function restAfter(cost: number, age: number, now: number): number {
  const rest = Math.round(Math.min(Math.max(cost / SHARE, SHORTEST), Math.max(age / 4, SHORTEST), LONGEST));
  if (rest < LONGEST / 2) return rest;
  // Pages that rest long wake up together.
  const left = LONGEST - now % LONGEST;
  return left >= LONGEST / 2 ? left : left + LONGEST;
}

/**
 * Does the work and waits until its result is drawn. Milliseconds spent on both, without the waits for a good moment and the frame.
 * @param moment that in which the result is drawn, and when that was; undefined: at once
 */
export async function costOf(work: () => void | Promise<void>, moment: () => Promise<number> | undefined): Promise<number> {
  const began = performance.now();
  await work();
  // Components draw in microtasks; a task of its own comes after them.
  await nextTask();
  let worked = performance.now() - began;
  const drawn = moment();
  if (drawn !== undefined) {
    const at = await drawn;
    await nextTask();
    worked += performance.now() - at;
  }
  await new Promise(resolve => { requestAnimationFrame(resolve); });
  const frame = performance.now();
  await nextTask();
  return worked + performance.now() - frame;
}

function nextTask(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
