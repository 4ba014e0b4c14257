// The few WebAssembly instructions that update kernels are made of, as bytes (WebAssembly core specification 2.0, section 5), and the
// module around them: function `pass(end, begin)` over an imported memory, in bytes of every array.

/** Code of a kernel: once before the loop, and for every 16 bytes. Local 0 is the end, local 1 the place, at first the begin; vectors follow. */
export interface Body {
  readonly before: number[];
  readonly loop: number[];
  /** How many vectors are held in locals. */
  vectors: number;
}

const I32 = 0x7f;
const V128 = 0x7b;
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

export const code = {
  abs: 0xe0, neg: 0xe1, sqrt: 0xe3, add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, min: 0xe8, max: 0xe9,
  /** Comparison gives a mask of bits; `andNot` keeps the bits of the first operand that the second one lacks. */
  less: 0x43, andNot: 0x4f,
  /** An operation on vectors of float32, or of bits. */
  vector: simd,
  get: (vector: number): number[] => getLocal(FIRST_VECTOR + vector),
  set: (vector: number): number[] => setLocal(FIRST_VECTOR + vector),
  /** The number at an address, in every lane. */
  splatAt: (address: number): number[] => [...constantI32(0), ...simd(0x09), ANY_ALIGNMENT, ...unsigned(address)],
  /** The vector at the loop's place in the array that begins at an address. */
  loadAt: (address: number): number[] => [...getLocal(PLACE), ...simd(0x00), ANY_ALIGNMENT, ...unsigned(address)],
  storeAt: (address: number, vector: number): number[] => [...getLocal(PLACE), ...getLocal(FIRST_VECTOR + vector), ...simd(0x0b), ANY_ALIGNMENT, ...unsigned(address)],
  constant: (n: number): number[] => {
    const bytes = [...new Uint8Array(Float32Array.of(n).buffer)];
    return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
  },
};

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const text = (value: string): number[] => sized([...Buffer.from(value)]);
const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(list(items))];

/** The module of a kernel; its memory is imported as host.memory, has exactly that many pages, and may be shared between threads. */
export function assemble({ before, loop, vectors }: Body, pages: number, shared: boolean): Uint8Array<ArrayBuffer> {
  const locals = list([[...unsigned(vectors), V128]]);
  const round = [
    ...loop,
    ...getLocal(PLACE), ...constantI32(16), 0x6a, 0x22, PLACE, // place += 16
    ...getLocal(END), 0x49, 0x0d, 0, // again while place < end
  ];
  const body = [...locals, ...before, 0x03, 0x40, ...round, 0x0b, 0x0b];
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [[0x60, 2, I32, I32, 0]]),
    ...section(2, [[...text('host'), ...text('memory'), 0x02, shared ? 0x03 : 0x01, ...unsigned(pages), ...unsigned(pages)]]),
    ...section(3, [[0]]),
    ...section(7, [[...text('pass'), 0x00, 0]]),
    ...section(10, [sized(body)]),
  ]);
}
