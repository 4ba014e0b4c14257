import { describe, expect, it } from 'vitest';
import { formatTable, printTable } from './table.ts';
import { Recorder } from './testing.ts';

const runs = [['Run', 'Name', 'Loss'], ['2026-11-20T19-30-05-a-name', 'a name that is long', '0.5'], ['2026-11-20T19-30-07-b', 'b', '12.25']];
const widest = (text: string): number => Math.max(...text.split('\n').map(line => [...line].length));

it('aligns columns', () => {
  expect(formatTable([['Run', 'Loss'], ['a', '1.5'], ['long', '10']], { right: [1] })).toBe('Run   Loss\na      1.5\nlong    10\n');
});

describe('on a terminal', () => {
  it('cuts long texts, never numbers, and keeps so much of a column as it needs', () => {
    for (const width of [50, 41, 40]) {
      const text = formatTable(runs, { right: [2], least: { 0: 20 } }, width);
      expect(widest(text)).toBe(width);
      expect(text).toMatch(/ 0\.5\n/);
      expect(text).toMatch(/ 12\.25\n$/);
    }
    expect(formatTable(runs, { right: [2], least: { 0: 20 } }, 39)).toBe('Run                   Name         Loss\n2026-11-20T19-30-05…  a name th…    0.5\n2026-11-20T19-30-07…  b           12.25\n');
  });

  it('leaves out columns in the order in which they matter, and says so', () => {
    const terminal = new Recorder(34);
    printTable(terminal, runs, { right: [2], least: { 0: 20 }, expendable: [[2], [1]] });
    expect(terminal.stdout).toBe('Run                   Name\n2026-11-20T19-30-05…  a name that…\n2026-11-20T19-30-07…  b\n');
    expect(terminal.stderr).toBe('Too wide for this terminal: Loss. With --json it is all there.\n');
  });

  it('lets sentences go on beneath themselves', () => {
    const rows = [['cpu', 'chosen: no other device that computes right is faster'], ['webgpu', 'https://example.org/a/place/without/any/space/in/it']];
    expect(formatTable(rows, { sentences: true }, 32)).toBe([
      'cpu     chosen: no other device', '        that computes right is', '        faster', 'webgpu  https://example.org/a/place/without/any/space/in/it', '',
    ].join('\n'));
  });

  it('counts wide letters twice', () => {
    expect(formatTable([['日本語の名前です', 'x'], ['a', 'y']], {}, 14)).toBe('日本語の名…  x\na            y\n');
  });
});

it('is whole in a pipe', () => {
  const terminal = new Recorder();
  printTable(terminal, runs, { right: [2], expendable: [[2]] });
  expect(terminal.stdout).toBe(formatTable(runs, { right: [2] }));
  expect(terminal.stdout).toContain('2026-11-20T19-30-05-a-name  a name that is long');
});
