// What a training remembers of devices: checks are done once, and lists of devices can say what they said.
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Device } from '../engine/engine.ts';
import type * as engines from '../engine/engines.ts';
import { listDevices, openSession } from '../engine/engines.ts';
import { readRun } from '../runs/reader.ts';
import { readConfig } from './config.ts';
import { checkDevices } from './device-check.ts';
import { DeviceNotes } from './device-notes.ts';
import { makePlace, removePlace, trainAt, type Place } from './testing.ts';

vi.mock('../engine/engines.ts', async original => {
  const real = await original<typeof engines>();
  return { listDevices: vi.fn(real.listDevices), openSession: vi.fn(real.openSession) };
});
const real = await vi.importActual<typeof engines>('../engine/engines.ts');

let place: Place;
beforeEach(async () => {
  place = makePlace();
  // A GPU that is the CPU in disguise.
  const cpu = (await real.listDevices({ gpus: false })).find(({ id }) => id === 'cpu')!;
  const gpu: Device = { id: 'cuda', engine: 'onnx', name: 'Test GPU', available: true, version: '1' };
  vi.mocked(listDevices).mockResolvedValue([cpu, gpu]);
  vi.mocked(openSession).mockImplementation((_, options) => real.openSession(cpu, options));
});
afterEach(() => { removePlace(place); });

const trainOn = (device: string, overrides = {}) => trainAt(place, { device, devicesFolder: path.join(place.folder, 'devices'), overrides: { 'training.epochs': 1, ...overrides } });

async function sessionsOf(work: () => Promise<unknown>): Promise<string[]> {
  vi.mocked(openSession).mockClear();
  await work();
  return vi.mocked(openSession).mock.calls.map(([{ id }]) => id);
}

describe('a training on a device that is not the CPU', () => {
  it('tries it out once; a second training of the same program opens only its own session', async () => {
    expect(await sessionsOf(() => trainOn('cuda'))).toEqual(['cpu', 'cuda', 'cuda']);
    expect(await sessionsOf(() => trainOn('cuda'))).toEqual(['cuda']);
    expect(await sessionsOf(() => trainOn('cuda', { 'training.epochs': 2, 'seed': 3 }))).toEqual(['cuda']);
    expect(await sessionsOf(() => trainOn('cuda', { 'training.batchSize': 20 }))).toEqual(['cpu', 'cuda', 'cuda']);
  });

  it('tells why in the run', async () => {
    const { folder } = await trainOn('cuda');
    expect((await readRun(folder)).info?.device).toEqual({ id: 'cuda', name: 'Test GPU', reason: expect.stringMatching(/^chosen: asked for, computes what the CPU computes, .*× (faster|slower) than the CPU/) as string });
    const { folder: auto } = await trainOn('auto');
    expect((await readRun(auto)).info?.device).toMatchObject({ id: 'cpu', reason: expect.stringMatching(/^chosen: a step is .* million operations/) as string });
  });

  it('is remembered for the config, whatever the number of epochs, and forgotten on demand', async () => {
    await trainOn('cuda');
    const notes = new DeviceNotes(path.join(place.folder, 'devices'));
    const { spec } = await readConfig(place.configPath, { 'training.epochs': 9 });
    expect(notes.of(spec, place.configPath)).toMatchObject([{ id: 'cuda', text: expect.stringMatching(/^chosen: asked for/) as string }]);
    const { spec: other } = await readConfig(place.configPath, { 'training.batchSize': 9 });
    expect(notes.of(other, place.configPath)).toEqual([]);
    expect(notes.forget()).toBe(1);
    expect(notes.of(spec, place.configPath)).toEqual([]);
  });

  it('can be tried out before', async () => {
    const notes = new DeviceNotes(path.join(place.folder, 'devices'));
    const check = () => checkDevices({ configPath: place.configPath, overrides: {}, notes, dataFolders: [] });
    const { device, statements } = await check();
    expect(device.id).toBe('cpu');
    expect(statements).toMatchObject([{ id: 'cpu', chosen: true }, { id: 'cuda', measured: expect.any(Number) as number, text: expect.stringMatching(/than the CPU/) as string }]);
    expect(await sessionsOf(check)).toEqual([]);
    expect(await sessionsOf(() => trainOn('cuda'))).toEqual(['cuda']);
  });
});
