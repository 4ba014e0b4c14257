// How calmly a live page follows its run. Training and pages share one machine, so what a page spends on an increment comes out
// of the training. It measures that, and asks the host to keep the next increment back in proportion (protocol/messages.ts, `rest`).

/** Share of the time that a page may be busy with what is new; the rest of the browser spends several times as much on showing it. */
const SHARE = 0.005;
/** Milliseconds. */
const SHORTEST = 100;
const LONGEST = 8000;
/** Until then a page draws what comes when it comes. */
const YOUNG = 10_000;

/** Milliseconds between the moments at which pages that rest begin to draw. */
const BEAT = 500;

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
 * @param age milliseconds since the page got its snapshot: while a run is young, much happens and little has been spent
 */
export function restAfter(cost: number, age: number): number {
  return Math.round(Math.min(Math.max(cost / SHARE, SHORTEST), Math.max(age / 4, SHORTEST), LONGEST));
}

/** Does the work and waits until its result is drawn. Milliseconds spent on both, without the wait for the frame. */
export async function costOf(work: () => void | Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  // Components draw in microtasks; a task of its own comes after them.
  await nextTask();
  const worked = performance.now() - began;
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
