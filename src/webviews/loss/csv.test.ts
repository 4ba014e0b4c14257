import { expect, it } from 'vitest';
import { csvField } from '../shared/csv.ts';
import { curvesToCsv } from './csv.ts';
import { LossStore } from '../../view/loss/store.ts';

it('writes one line per point with the run, and quotes what needs it', () => {
  const store = new LossStore();
  const at = Float64Array.of(1, 2);
  store.replace([{
    run: { id: 'r1', name: 'wide, "deep"', state: 'finished', epoch: 2, epochs: 2, star: false }, lossName: 'mse',
    curves: [{ value: 'loss', split: 'validation', per: 'epoch', step: Float64Array.of(10, 20), epoch: at, time: Float64Array.of(1500, 3000), y: Float64Array.of(0.1, 1 / 3) }],
  }]);
  expect(curvesToCsv(store.runs)).toBe([
    'run,run_id,value,split,per,epoch,step,seconds,y',
    '"wide, ""deep""",r1,loss,validation,epoch,1,10,1.5,0.1',
    '"wide, ""deep""",r1,loss,validation,epoch,2,20,3,0.3333333333333333',
    '',
  ].join('\r\n'));
});

it('quotes line breaks only where they are', () => {
  expect(csvField('plain')).toBe('plain');
  expect(csvField('a\nb')).toBe('"a\nb"');
});
