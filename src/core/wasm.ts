// The few WebAssembly instructions that kernels of our own are made of, as bytes (WebAssembly core specification 2.0, section 5), and the
// module around them: functions `name(end, begin)` over one memory, which pass over its bytes in vectors of 16.

/** A function of a module: once before its loop, for every round of it, and once after. Vectors are held in locals. */
export interface Kernel {
  readonly name: string;
  readonly before: number[];
  readonly loop: number[];
  readonly after?: number[];
  /** Bytes that a round is further than the one before. */
  readonly stride?: number;
  /** How many vectors there are locals for. */
  readonly vectors: number;
}

export interface MemorySize {
  /** Of 64 KiB; the memory has exactly that many. */
  readonly pages: number;
  /** Whether threads share it. */
  readonly shared: boolean;
}

const I32 = 0x7f;
const V128 = 0x7b;
/** Locals of every kernel; the loop runs from `begin` on, in place, as long as it is below `end`. */
const [END, PLACE, FIRST_VECTOR] = [0, 1, 2];
/** Loads and stores promise no alignment, which costs nothing on processors of today. */
const ANY_ALIGNMENT = 0;

/** LEB128, unsigned. */
function unsigned(n: number): number[] {
  const bytes: number[] = [];
  for (let rest = n; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push(rest % 128 + 128);
  }
}

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const getLocal = (local: number): number[] => [0x20, ...unsigned(local)];
const setLocal = (local: number): number[] => [0x21, ...unsigned(local)];
const constantI32 = (n: number): number[] => [0x41, n]; // below 64, where signed and unsigned are the same

const constant = (lane: ArrayBuffer): number[] => {
  const bytes = [...new Uint8Array(lane)];
  return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
};

export const code = {
  abs: 0xe0, neg: 0xe1, sqrt: 0xe3, add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, min: 0xe8, max: 0xe9,
  /** Comparison gives a mask of bits; `andNot` keeps the bits of the first operand that the second one lacks. */
  less: 0x43, and: 0x4e, andNot: 0x4f, or: 0x50, xor: 0x51,
  /** Of three operands: the first one's bits where the third has ones, else the second one's. */
  select: 0x52,
  /** On integers of 32 bits. `fromSigned` makes float32 of them. */
  addIntegers: 0xae, subIntegers: 0xb1, equalIntegers: 0x37, belowUnsigned: 0x3a, fromSigned: 0xfa,
  /** Of two vectors of integers one of twice as many with half the bits, cut off at the range of signed ones. */
  narrowIntegers: 0x85, narrowShorts: 0x65,
  /** An operation on vectors of float32, or of bits. */
  vector: simd,
  /** All lanes shifted by the same number of bits, below 32. */
  shiftLeft: (bits: number): number[] => [...constantI32(bits), ...simd(0xab)],
  shiftRight: (bits: number): number[] => [...constantI32(bits), ...simd(0xad)],
  get: (vector: number): number[] => getLocal(FIRST_VECTOR + vector),
  set: (vector: number): number[] => setLocal(FIRST_VECTOR + vector),
  /** The number at an address, in every lane. */
  splatAt: (address: number): number[] => [...constantI32(0), ...simd(0x09), ANY_ALIGNMENT, ...unsigned(address)],
  /** The vector at an address. */
  fetch: (address: number): number[] => [...constantI32(0), ...simd(0x00), ANY_ALIGNMENT, ...unsigned(address)],
  keep: (address: number, vector: number): number[] => [...constantI32(0), ...getLocal(FIRST_VECTOR + vector), ...simd(0x0b), ANY_ALIGNMENT, ...unsigned(address)],
  /** The vector at the loop's place in the array that begins at an address. */
  loadAt: (address: number): number[] => [...getLocal(PLACE), ...simd(0x00), ANY_ALIGNMENT, ...unsigned(address)],
  storeAt: (address: number, vector: number): number[] => [...getLocal(PLACE), ...getLocal(FIRST_VECTOR + vector), ...simd(0x0b), ANY_ALIGNMENT, ...unsigned(address)],
  /** One float32, or one integer, in every lane. */
  constant: (n: number): number[] => constant(Float32Array.of(n).buffer),
  integer: (n: number): number[] => constant(Int32Array.of(n).buffer),
};

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const text = (value: string): number[] => sized([...new TextEncoder().encode(value)]);
const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(list(items))];

/** The module of some kernels; their memory is imported as host.memory. */
export function assemble(kernels: readonly Kernel[], { pages, shared }: MemorySize): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [[0x60, 2, I32, I32, 0]]),
    ...section(2, [[...text('host'), ...text('memory'), 0x02, shared ? 0x03 : 0x01, ...unsigned(pages), ...unsigned(pages)]]),
    ...section(3, kernels.map(() => [0])),
    ...section(7, kernels.map(({ name }, i) => [...text(name), 0x00, ...unsigned(i)])),
    ...section(10, kernels.map(bodyOf)),
  ]);
}

function bodyOf({ before, loop, after = [], stride = 16, vectors }: Kernel): number[] {
  const locals = list([[...unsigned(vectors), V128]]);
  const round = [
    ...loop,
    ...getLocal(PLACE), ...constantI32(stride), 0x6a, 0x22, PLACE, // place += stride
    ...getLocal(END), 0x49, 0x0d, 0, // again while place < end
  ];
  return sized([...locals, ...before, 0x03, 0x40, ...round, 0x0b, ...after, 0x0b]);
}
