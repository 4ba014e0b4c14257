import { expect, it } from 'vitest';
import { deviceText } from './device-text.ts';

const gpu = { id: 'webgpu', name: 'GPU (WebGPU)', available: true };

it('shows what a check said and when', () => {
  expect(deviceText({ ...gpu, said: 'not chosen: 4.0× slower than the CPU', measured: new Date(2026, 10, 21).getTime() }))
    .toEqual({ description: 'GPU (WebGPU)', detail: 'not chosen: 4.0× slower than the CPU, measured on Nov 21, 2026' });
  expect(deviceText({ ...gpu, said: 'chosen: a step is 1.2 million operations' }).detail).toBe('chosen: a step is 1.2 million operations');
  expect(deviceText(gpu)).toEqual({ description: 'GPU (WebGPU)' });
});

it('shows why a device is not there, whatever an earlier check said', () => {
  expect(deviceText({ ...gpu, available: false, note: 'No GPU answered.', said: 'chosen: 3.1× faster than the CPU' })).toEqual({ description: 'GPU (WebGPU) — not available', detail: 'No GPU answered.' });
});
