import { describe, expect, it } from 'vitest';
import { cachedBytes, freeMemory, MemoryBudget } from './free-memory.ts';

describe('freeMemory', () => {
  it('finds a plausible amount on this machine', () => {
    expect(freeMemory()).toBeGreaterThan(50e6);
  });

  it('knows what a control group caches of files', () => {
    expect(cachedBytes('anon 5000\nfile 9000\ninactive_file 300\nactive_file 20\nslab 7\n')).toBe(320);
    expect(cachedBytes('cache 9\ninactive_file 1\nactive_file 2\ntotal_cache 9\ntotal_inactive_file 400\ntotal_active_file 50\n')).toBe(450);
    expect(cachedBytes('')).toBe(0);
  });
});

describe('MemoryBudget', () => {
  it('holds parts as long as they fit half of the free memory', () => {
    const budget = new MemoryBudget(undefined, undefined, 10e9);
    expect([budget.place(3e9), budget.place(2.5e9), budget.place(2e9), budget.place(1)]).toEqual(['memory', 'disk', 'memory', 'disk']);
  });

  it('always holds half a gigabyte', () => {
    const budget = new MemoryBudget(undefined, undefined, 0.1e9);
    expect([budget.place(0.5e9), budget.place(1)]).toEqual(['memory', 'disk']);
  });

  it('holds what a user allows', () => {
    expect(new MemoryBudget(2, undefined, 1e9).place(2e9)).toBe('memory');
    expect(new MemoryBudget(2, undefined, 100e9).place(2.1e9)).toBe('disk');
    expect(new MemoryBudget(0).place(1)).toBe('disk');
  });

  it('lets what can only be read whole have what is free, unless a user says otherwise', () => {
    expect(new MemoryBudget(undefined, undefined, 10e9).placeWhole(8e9)).toBe('memory');
    expect(new MemoryBudget(undefined, undefined, 10e9).placeWhole(9.5e9)).toBe('disk');
    expect(new MemoryBudget(1, undefined, 10e9).placeWhole(2e9)).toBe('disk');
  });

  it('puts the first part where a run had it', () => {
    const held = new MemoryBudget(undefined, 'memory', 4e9);
    expect([held.place(3e9), held.place(1)]).toEqual(['memory', 'disk']);
    const stored = new MemoryBudget(undefined, 'disk', 4e9);
    expect([stored.place(1), stored.place(1)]).toEqual(['disk', 'memory']);
  });
});
