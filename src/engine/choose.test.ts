// The choice among devices: what is tried, believed, kept for the next time, and said. Devices that are wrong, slow or broken are
// made of real sessions on the CPU.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StudioError } from '../core/errors.ts';
import { tensor } from '../core/tensor.ts';
import * as ops from '../graph/ops.ts';
import type { Program, State } from '../graph/program.ts';
import { verdictBook, type Trial } from './checks.ts';
import { chooseDevice, tryAll } from './choose.ts';
import type { Device, Session } from './engine.ts';
import type * as engines from './engines.ts';
import { listDevices, openSession } from './engines.ts';
import { programFailure } from './failure.ts';
import { compare } from './verdict.ts';

vi.mock('./engines.ts', async original => {
  const real = await original<typeof engines>();
  return { listDevices: vi.fn(real.listDevices), openSession: vi.fn(real.openSession) };
});
const real = await vi.importActual<typeof engines>('./engines.ts');

/** One step of gradient descent on ‖x·W‖²; large enough not to be left to the CPU unasked, or as small as one likes. */
function trial(rows = 512, units = 512): Trial {
  const x = ops.input('x', [rows, units]);
  const w = ops.state('w', [units, units]);
  const y = ops.matmul(x, w);
  const program: Program = {
    name: 'train step', inputs: [{ name: 'x', dtype: 'float32', shape: [rows, units] }], state: [{ name: 'w', dtype: 'float32', shape: [units, units] }],
    outputs: [{ name: 'loss', value: ops.mean(ops.square(y)) }],
    updates: [{ name: 'w', value: ops.sub(w, ops.mul(ops.matmul(x, y, { transposeA: true }), 1e-4)) }],
  };
  const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i));
  return { program, state: { w: tensor(numbers(units * units), [units, units]) }, feeds: { x: tensor(numbers(rows * units), [rows, units]) } };
}

const gpu: Device = { id: 'cuda', engine: 'onnx', name: 'Test GPU', available: true, version: 'driver 1' };

/** What is wrong with the test's GPU; nothing when empty. */
interface Fault {
  /** Added to the loss, or to what the weights become. */
  readonly loss?: number;
  readonly weights?: number;
  readonly opens?: Error;
  readonly runs?: Error;
  /** Milliseconds that a step takes longer, or that the CPU's takes longer. */
  readonly slower?: number;
  readonly cpuSlower?: number;
}

/** The machine: its CPU, and a GPU with that fault. */
async function machineWith(fault: Fault | undefined, version = 'driver 1'): Promise<Device> {
  const cpu = (await real.listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;
  vi.mocked(listDevices).mockResolvedValue([cpu, ...(fault === undefined ? [] : [{ ...gpu, version }])]);
  vi.mocked(openSession).mockImplementation(async (device, options) => {
    if (device.id !== 'cpu' && fault?.opens) throw fault.opens;
    const session = await real.openSession(cpu, options);
    return device.id === 'cpu' ? faulty(session, { slower: fault?.cpuSlower ?? 0 }) : faulty(session, fault ?? {});
  });
  return cpu;
}

function faulty(session: Session, { loss = 0, weights = 0, runs, slower = 0 }: Fault): Session {
  return {
    device: session.device,
    setState: values => session.setState(values),
    getState: async names => {
      const state = await session.getState(names);
      return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, { ...value, data: value.data.map(x => x + weights) }]));
    },
    compile: async program => {
      const compiled = await session.compile(program);
      return {
        dispose: () => compiled.dispose(),
        run: async feeds => {
          if (runs !== undefined) throw runs;
          await new Promise(resolve => setTimeout(resolve, slower));
          const results = await compiled.run(feeds);
          return { ...results, loss: tensor(results['loss']!.data.map(x => x * (1 + loss)), []) };
        },
      };
    },
    dispose: () => session.dispose(),
  };
}

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aeconf-checks-'));
  vi.mocked(openSession).mockClear();
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  vi.mocked(listDevices).mockImplementation(real.listDevices);
  vi.mocked(openSession).mockImplementation(real.openSession);
});

/** Sessions opened while `work` runs, by device. */
async function opened(work: () => Promise<unknown>): Promise<string[]> {
  vi.mocked(openSession).mockClear();
  await work();
  return vi.mocked(openSession).mock.calls.map(([device]) => device.id);
}

describe('"auto"', () => {
  it('does not trouble a GPU with a small step', async () => {
    await machineWith({});
    const { device, statements } = await chooseDevice('auto', trial(8, 8));
    expect(device.id).toBe('cpu');
    expect(statements).toMatchObject([{ id: 'cpu', chosen: true, text: expect.stringMatching(/^chosen: a step is less than 0\.1 million operations, and below 200 million "auto" takes the CPU without asking any other device$/) as string }]);
    expect(openSession).not.toHaveBeenCalled();
  });

  it('takes a GPU that is right and faster, and says how much', async () => {
    await machineWith({ cpuSlower: 60 });
    const { device, statements } = await chooseDevice('auto', trial());
    expect(device.id).toBe('cuda');
    expect(statements[0]).toMatchObject({ id: 'cuda', chosen: true, text: expect.stringMatching(/^chosen: \d+(\.\d)?× faster than the CPU \([\d.]+ ms against [\d.]+ ms a step\)$/) as string });
    expect(statements[1]).toMatchObject({ id: 'cpu', chosen: false, text: 'not chosen: Test GPU is faster' });
  });

  it.each<[string, Fault, RegExp]>([
    ['is slower', { slower: 60 }, /^not chosen: \d+(\.\d)?× slower than the CPU/],
    ['has a wrong loss', { loss: 0.03, cpuSlower: 60 }, /^not chosen: its numbers are wrong: the loss differed by 3e-2 \(at most 1e-3 is rounding\)$/],
    ['moves weights elsewhere', { weights: 0.5, cpuSlower: 60 }, /^not chosen: its numbers are wrong: the change of w differed by /],
    ['gives no numbers', { loss: Number.NaN, cpuSlower: 60 }, /the loss was no number/],
    ['fails', { runs: new Error('no kernel for this'), cpuSlower: 60 }, /^not chosen: the step failed: no kernel for this$/],
    ['runs out of memory', { runs: new StudioError('memory', 'Test GPU ran out of memory.') }, /^not chosen: Test GPU ran out of memory$/],
    ['does not open', { opens: new Error('driver gone') }, /^not chosen: driver gone$/],
  ])('stays on the CPU when the GPU %s', async (_, fault, text) => {
    await machineWith(fault);
    const { device, statements } = await chooseDevice('auto', trial());
    expect(device.id).toBe('cpu');
    expect(statements.map(({ id, chosen }) => `${id} ${chosen}`)).toEqual(['cpu true', 'cuda false']);
    expect(statements[1]!.text).toMatch(text);
  });

  it('can be asked of a small step all the same', async () => {
    await machineWith({ cpuSlower: 60 });
    const { device, statements } = await tryAll(trial(8, 8));
    expect(device.id).toBe('cpu');
    expect(statements[1]!.text).toMatch(/^not chosen: .* faster than the CPU .*, but "auto" does not take it for so small a step; ask for cuda to train on it$/);
  });
});

describe('a device that is asked for', () => {
  it('is checked, and its speed is told', async () => {
    await machineWith({ cpuSlower: 60 });
    const { device, statements } = await chooseDevice('cuda', trial(8, 8));
    expect(device.id).toBe('cuda');
    expect(statements).toMatchObject([{ asked: true, text: expect.stringMatching(/^chosen: asked for, computes what the CPU computes, .* faster/) as string }]);
  });

  it('is refused with the reason and a cure when it is wrong', async () => {
    await machineWith({ loss: 0.5 });
    await expect(chooseDevice('cuda', trial(8, 8))).rejects.toMatchObject({
      reason: 'device', message: expect.stringMatching(/^Test GPU is not used: its numbers are wrong: the loss differed by 5e-1 .*\. Train with --device cpu or auto/) as string,
    });
  });

  it('keeps the error of a step that ran out of memory', async () => {
    await machineWith({ runs: programFailure(gpu, 'train step of 8', new Error('bfc_arena.cc: Failed to allocate memory for requested buffer of size 4294967296')) });
    await expect(chooseDevice('cuda', trial(8, 8))).rejects.toMatchObject({ reason: 'memory', message: expect.stringMatching(/Test GPU ran out of memory in "train step of 8".*training\.batchSize.*--device cpu/) as string });
  });

  it('must be known and there', async () => {
    await expect(chooseDevice('tpu', trial())).rejects.toThrow(/no device "tpu".*cpu/);
    vi.mocked(listDevices).mockResolvedValue([{ ...gpu, available: false, note: 'There is no GPU.' }]);
    await expect(chooseDevice('cuda', trial())).rejects.toThrow(/Test GPU is not available: There is no GPU\./);
    await expect(chooseDevice('dml', trial())).rejects.toThrow(/no "dml" on/);
  });
});

describe('what was found', () => {
  const options = () => ({ book: verdictBook(folder), version: '1' });

  it('is not found again by the same program: no session is opened', async () => {
    await machineWith({ cpuSlower: 60 });
    expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual(['cpu', 'cuda']);
    const choices = [await chooseDevice('auto', trial(), options()), await chooseDevice('cuda', trial(), options())];
    expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual([]);
    expect(choices.map(({ device }) => device.id)).toEqual(['cuda', 'cuda']);
    expect(choices[0]!.statements[0]!.text).toMatch(/× faster than the CPU/);
  });

  it('is found again for another program, driver, number of threads or version of ours', async () => {
    await machineWith({});
    await chooseDevice('auto', trial(), options());
    expect(await opened(() => chooseDevice('auto', trial(512, 513), options()))).toEqual(['cpu', 'cuda']);
    expect(await opened(() => chooseDevice('auto', trial(), { ...options(), threads: 1 }))).toEqual(['cpu', 'cuda']);
    expect(await opened(() => chooseDevice('auto', trial(), { ...options(), version: '2' }))).toEqual(['cpu', 'cuda']);
    await machineWith({}, 'driver 2');
    expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual(['cpu', 'cuda']);
    expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual([]);
  });

  it('holds what it said: whether right, by how much not, the times, and when', async () => {
    await machineWith({ loss: 0.03 });
    await chooseDevice('auto', trial(), options());
    const [file] = fs.readdirSync(folder);
    expect(JSON.parse(fs.readFileSync(path.join(folder, file!), 'utf8'))).toEqual({
      difference: { of: 'loss', relative: expect.closeTo(0.03, 5) as number, allowed: 1e-3 },
      milliseconds: expect.any(Number) as number, cpuMilliseconds: expect.any(Number) as number, measured: expect.any(Number) as number,
    });
    expect((await chooseDevice('auto', trial(), options())).statements[1]!.text).toMatch(/differed by 3e-2/);
  });

  it('is measured anew when the note is broken or forgotten', async () => {
    await machineWith({});
    await chooseDevice('auto', trial(), options());
    const [file] = fs.readdirSync(folder);
    for (const text of ['{"measured":', '{"measured":1}', '[]']) {
      fs.writeFileSync(path.join(folder, file!), text);
      expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual(['cpu', 'cuda']);
    }
    expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual([]);
    expect(verdictBook(folder).forget()).toBe(1);
    expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual(['cpu', 'cuda']);
  });

  it('is kept for a step that fails, not for one that found no memory or a device that did not open', async () => {
    await machineWith({ runs: new Error('no kernel') });
    await chooseDevice('auto', trial(), options());
    expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual([]);
    for (const fault of [{ runs: new StudioError('memory', 'full') }, { opens: new Error('in use') }]) {
      verdictBook(folder).forget();
      await machineWith(fault);
      await chooseDevice('auto', trial(), options());
      expect(await opened(() => chooseDevice('auto', trial(), options()))).toEqual(['cpu', 'cuda']);
    }
  });
});

it('compares what changed, not how large it is', () => {
  const before: State = { w: tensor(Float32Array.of(1, 2, 3)) };
  const right = { loss: 0.5, after: { w: tensor(Float32Array.of(1.1, 2.1, 2.9)) } };
  expect(compare(before, right, right)).toEqual({ of: 'loss', relative: 0, allowed: 1e-3 });
  expect(compare(before, right, { ...right, loss: 0.502 })).toMatchObject({ of: 'loss', relative: expect.closeTo(4e-3, 9) as number });
  expect(compare(before, right, { loss: 0.5, after: { w: tensor(Float32Array.of(1.1, 2.1, 3.1)) } })).toMatchObject({ of: 'w', relative: expect.closeTo(0.2 / Math.sqrt(0.03), 5) as number });
});

it('tells running out of memory from other failures, in the words of every library', () => {
  const said = [
    'Non-zero status code returned while running Conv node. bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 4294967296',
    'CUDA failure 2: out of memory ; GPU=0', 'CUBLAS_STATUS_ALLOC_FAILED', 'Buffer size (5000000000) exceeds the max buffer size limit (2147483648)',
    'OOM when allocating tensor with shape[1000000,784]', 'std::bad_alloc', 'Array buffer allocation failed', 'D3D12: 8007000E Not enough memory resources are available',
  ];
  for (const text of said) expect(programFailure(gpu, 'step', new Error(text)).reason, text).toBe('memory');
  for (const text of ['no kernel for Conv', 'a room full of bottoms', 'invalid shape']) expect(programFailure(gpu, 'step', new Error(text)).reason, text).toBe('device');
});
