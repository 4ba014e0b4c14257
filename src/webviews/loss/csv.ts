// All curves as a table for other programs: one line per point (RFC 4180), so that curves of any length and pace fit.
import { csvField } from '../shared/csv.ts';
import { distinctNames } from '../../view/runs.ts';
import type { StoredRun } from '../../view/loss/store.ts';

const header = ['run', 'run_id', 'value', 'split', 'per', 'epoch', 'step', 'seconds', 'y'];

/** Time is in seconds of training; numbers have all their digits. */
export function curvesToCsv(runs: readonly StoredRun[]): string {
  const names = distinctNames(runs.map(r => r.run));
  const lines = [header.join(',')];
  for (const { run, curves } of runs) {
    for (const curve of curves.values()) {
      const prefix = [names.get(run.id)!, run.id, curve.value, curve.split, curve.per].map(csvField).join(',');
      for (let i = 0; i < curve.count; i++) {
        lines.push(`${prefix},${curve.epoch[i]},${curve.step[i]},${curve.time[i]! / 1000},${curve.y[i]}`);
      }
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}
