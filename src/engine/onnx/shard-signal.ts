// How threads that train one batch together tell each other where they are: by a few numbers in shared memory, because a message
// through the event loops of both takes as long as a part of a small step.

/** Milliseconds of looking before a sleep: about what another thread needs to be woken. */
const LOOKING = 0.2;
/** Looks between two questions what time it is. */
const LOOKS = 50;
/** Milliseconds of sleep before somebody looks whether the other thread is still there, or has sent a message. */
const SLEEP = 20;

/** The numbers of one thread beside the first. */
const place = {
  /** The step that is to be done, counted over all programs of the thread. */
  begun: 0,
  /** Of which program. */
  program: 1,
  /** The newest step whose gradients are there. */
  gradients: 2,
  /** The newest step whose gradients of all threads are there, negative when there will be none. */
  updating: 3,
  /** The newest step that is over. */
  done: 4,
  /** 1: the thread waits in its event loop and needs a message to begin. */
  asleep: 5,
  /** Bytes of what went wrong in the newest step. */
  failed: 6,
} as const;

type Moment = 'begun' | 'gradients' | 'updating' | 'done';
const NUMBERS = 8;
/** Bytes for words of failure. */
const WORDS = 2048;

export class ShardSignal {
  private readonly numbers: Int32Array;
  private readonly words: Uint8Array;

  private constructor(readonly memory: SharedArrayBuffer) {
    this.numbers = new Int32Array(memory, 0, NUMBERS);
    this.words = new Uint8Array(memory, NUMBERS * 4);
  }

  /** Of a thread that waits for its first step in its event loop. */
  static start(): ShardSignal {
    const signal = new ShardSignal(new SharedArrayBuffer(NUMBERS * 4 + WORDS));
    signal.numbers[place.asleep] = 1;
    return signal;
  }

  /** The same, in the thread. */
  static of(memory: SharedArrayBuffer): ShardSignal {
    return new ShardSignal(memory);
  }

  get(moment: Moment): number {
    return Atomics.load(this.numbers, place[moment]);
  }

  set(moment: Moment, step: number): void {
    Atomics.store(this.numbers, place[moment], step);
    Atomics.notify(this.numbers, place[moment]);
  }

  /** Tells the thread to do a step of a program. @returns whether it needs a message to hear that. */
  begin(step: number, program: number): boolean {
    Atomics.store(this.numbers, place.program, program);
    Atomics.store(this.numbers, place.failed, 0);
    this.set('begun', step);
    return Atomics.exchange(this.numbers, place.asleep, 0) === 1;
  }

  get program(): number {
    return Atomics.load(this.numbers, place.program);
  }

  /** The thread goes back to its event loop, unless a step after `step` has begun. @returns whether it does */
  leave(step: number): boolean {
    Atomics.store(this.numbers, place.asleep, 1);
    // Whoever takes the 1 away sees to the step: this thread at once, or the message that the other sends.
    return this.get('begun') === step || Atomics.exchange(this.numbers, place.asleep, 0) === 0;
  }

  /** What went wrong in the newest step. */
  get failure(): string | undefined {
    const length = Atomics.load(this.numbers, place.failed);
    return length === 0 ? undefined : new TextDecoder().decode(this.words.slice(0, length));
  }

  fail(message: string): void {
    const { written } = new TextEncoder().encodeInto(message === '' ? 'It did not say why.' : message, this.words);
    Atomics.store(this.numbers, place.failed, written);
  }

  /** Looks for a moment whether a number is another one than was seen. */
  look(moment: Moment, seen: number): boolean {
    for (const end = performance.now() + LOOKING; performance.now() < end;) {
      for (let i = 0; i < LOOKS; i++) if (this.get(moment) !== seen) return true;
    }
    return false;
  }

  /** Sleeps until a number is another one than was seen, or for so long that it is time to ask why it is not. @returns whether it is */
  sleep(moment: Moment, seen: number): boolean {
    return Atomics.wait(this.numbers, place[moment], seen, SLEEP) !== 'timed-out' || this.get(moment) !== seen;
  }

  /** Looks, then sleeps. */
  wait(moment: Moment, seen: number): boolean {
    return this.look(moment, seen) || this.sleep(moment, seen);
  }
}
