import { describe, expect, it } from 'vitest';
import { requireMemory } from './memory.ts';

describe('requireMemory', () => {
  it('lets a model through that fits', () => {
    expect(() => requireMemory(1e9, 128, 'cpu', 2e9)).not.toThrow();
  });

  it('names the estimate, what is free, and what to do', () => {
    expect(() => requireMemory(3.21e9, 128, 'cpu', 2e9)).toThrow(/needs about 3\.21 GB of memory at a batch size of 128, 2\.00 GB are free\. Lower training\.batchSize/);
  });

  it('knows that WebAssembly has 4 GB, and nothing of the memory of GPUs', () => {
    expect(() => requireMemory(5e9, 1, 'wasm', 64e9)).toThrow(/4\.29 GB are free/);
    expect(() => requireMemory(5e12, 1, 'cuda', 1)).not.toThrow();
  });
});
