// docs/PARITY.md and docs/parity.json against each other and against what Keras computed: no limit is wider than its reason, no number
// above 1e-5 stands there unexplained, and no explanation is left of a number that is gone.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allCourses } from './course.ts';
import { readGolden, type Golden } from './golden.ts';
import { amplifying, LIMIT, limitOf, notes, page, tableOf, type Row, type Table } from './table.ts';

const table = JSON.parse(readFileSync('docs/parity.json', 'utf8')) as Table;
const largest = ({ rounding, moved, cells }: Row): number => Math.max(rounding, moved, ...cells.map(({ difference = 0 }) => difference));

describe('the parity page', () => {
  it('is the one that its numbers make, and those are about the losses that are kept', () => {
    expect(readFileSync('docs/PARITY.md', 'utf8')).toBe(page(table));
    expect(tableOf(readGolden(), { machine: table.machine, trained: [], effects: {} }, table)).toEqual(table);
    expect(table.rows.map(({ name }) => name)).toEqual(allCourses());
  });

  it('has a limit of 1e-5 but where an engine needs more, and then no more than rounding explains', () => {
    const wide = table.rows.filter(({ limit }) => limit !== LIMIT);
    expect(wide.map(({ name }) => name)).toEqual(Object.keys(amplifying));
    for (const { name, limit, rounding, moved, cells } of wide) {
      expect(cells.some(({ difference = 0 }) => difference > LIMIT), name).toBe(true);
      expect(limit, name).toBe(2 * Math.max(rounding, moved));
    }
    expect(table.rows.flatMap(({ name, cells }) => cells.filter(({ fails }) => fails).map(({ device }) => `${name} on ${device}`))).toEqual([]);
  });

  it('explains every sample with a number above 1e-5, and no other by rounding', () => {
    const above = table.rows.filter(row => largest(row) > LIMIT).map(({ name }) => name);
    expect(Object.keys(notes).filter(name => notes[name]!.startsWith('One rounding')).sort()).toEqual(above);
  });
});

describe('a table', () => {
  const golden: Golden = { keras: '3', tensorflow: '2', batch: 8, steps: 2, losses: { 'systems/iwae-50': { float32: [2, 1], float64: [2, 1.0001] }, quickstart: { float32: [1, 1], float64: [1, 1] } } };
  const trained = [{ device: 'cpu', name: 'CPU', losses: { 'systems/iwae-50': [2, 1.0001], quickstart: [1, 1.0001] }, errors: {} }];
  const effects = { 'systems/iwae-50': 1e-6, quickstart: 1e-3 };

  it('marks what is over its limit, and writes in bold what is above 1e-5 whatever its limit', () => {
    const made = tableOf(golden, { machine: 'here', trained, effects });
    expect(made.rows.map(({ cells }) => cells[0]!.fails)).toEqual([false, true]);
    const text = page(made);
    expect(text).toContain('| **1.0e-4** | **2.0e-4** | **1.0e-4** | 1.0e-6 |');
    expect(text).toContain('| **1.0e-4** ✗ | 1.0e-5 | 0.0e+0 | **1.0e-3** |');
    expect(text).toContain('Over a limit: quickstart.');
  });

  it('keeps what was measured before where only some samples are asked for, and says where those were', () => {
    const before = tableOf(golden, { machine: 'here', trained, effects });
    const again = [{ device: 'cpu', name: 'CPU', losses: { quickstart: [1, 1.000001] }, errors: {} }];
    const after = tableOf(golden, { machine: 'there', trained: again, effects: { quickstart: 0 } }, before);
    expect(after.rows[0]).toEqual(before.rows[0]);
    expect(after.rows[1]!.cells[0]!.fails).toBe(false);
    expect(page(after)).toContain('on here (quickstart on there)');
  });

  it('cannot be made of samples that nobody measured', () => {
    expect(() => tableOf(golden, { machine: 'here', trained, effects: { quickstart: 0 } })).toThrow('npm run parity -- --only systems/iwae-50');
    expect(limitOf('quickstart', { rounding: 1, moved: 1 })).toBe(LIMIT);
  });
});
