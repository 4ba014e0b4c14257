import { describe, expect, it } from 'vitest';
import { bar, ProgressDisplay, progressLine, type Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

const progress: Progress = {
  state: 'training', epoch: 11.5, epochs: 35, trainLoss: 0.01432, validationLoss: 0.01389, samplesPerSecond: 152_340, timeLeft: 12,
};

function recorder(interactive: boolean): Terminal & { text: string } {
  return { text: '', interactive, color: false, width: () => 120, outWidth: () => undefined, out(text) { this.text += text; }, err(text) { this.text += text; } };
}

describe('progressLine', () => {
  it('shows everything on a wide terminal', () => {
    expect(progressLine(progress, 120)).toBe('Epoch 12/35 █████████▉····················  32 %  loss 0.01432  validation 0.01389  0:12 left  152,340 samples/s');
  });

  it('gives up the least important parts first, and never the width', () => {
    expect(progressLine(progress, 60)).toBe('Epoch 12/35  32 %  loss 0.01432  validation 0.01389');
    for (let width = 20; width < 130; width++) expect(progressLine(progress, width).length, String(width)).toBeLessThanOrEqual(width);
  });

  it('tells what is being prepared', () => {
    expect(progressLine({ state: 'preparing', epoch: 0, epochs: 35, message: 'Reading the data' }, 80)).toBe('Preparing: Reading the data');
  });

  it('tells of pretraining in its own words', () => {
    const pretraining = { state: 'training', epoch: 0, epochs: 35, message: 'Pretraining dense_1, epoch 3 of 10', timeLeft: 12, samplesPerSecond: 5000 } as const;
    expect(progressLine(pretraining, 120)).toBe('Pretraining dense_1, epoch 3 of 10  0:12 left  5,000 samples/s');
    expect(progressLine(pretraining, 48)).toBe('Pretraining dense_1, epoch 3 of 10  0:12 left');
  });

  it('says that it is paused, and stays at the last epoch at the end', () => {
    expect(progressLine({ ...progress, state: 'paused' }, 120)).toContain('paused');
    expect(progressLine({ state: 'training', epoch: 35, epochs: 35 }, 80)).toMatch(/^Epoch 35\/35 █+ +100 %/);
  });
});

it('fills a bar in eighths', () => {
  expect(bar(0, 4)).toBe('····');
  expect(bar(0.5, 4)).toBe('██··');
  expect(bar(1 / 32, 4)).toBe('▏···');
  expect(bar(2, 4)).toBe('████');
});

describe('ProgressDisplay', () => {
  it('writes a line for each epoch where there is no terminal, and no control characters', () => {
    const terminal = recorder(false);
    const display = new ProgressDisplay(terminal);
    display.update(progress);
    display.epochDone(12);
    expect(terminal.text).toBe('epoch 12/35  loss 0.01432  validation 0.01389  152,340 samples/s  0:12 left\n');
  });

  it('tells metrics of both splits, last on a line that has room', () => {
    const terminal = recorder(false);
    const display = new ProgressDisplay(terminal);
    const metrics = { trainMetrics: { accuracy: 0.43125, ssim: 0.5 }, validationMetrics: { mse: 0.1, accuracy: 0.41 } };
    display.update({ ...progress, ...metrics });
    display.epochDone(12);
    expect(terminal.text).toContain('  validation 0.01389  accuracy train 0.43125 validation 0.41000  ssim train 0.50000  152,340 samples/s');
    expect(progressLine({ ...progress, ...metrics }, 150)).toContain('samples/s  accuracy train 0.43125 validation 0.41000');
    expect(progressLine({ ...progress, ...metrics }, 80)).not.toContain('accuracy');
  });

  it('writes the error of each epoch of pretraining', () => {
    const terminal = recorder(false);
    new ProgressDisplay(terminal).pretrained(3, 'validation', { 'pretraining/dense_1': 0.0123456 });
    expect(terminal.text).toBe('pretraining/dense_1 epoch 3  validation error 0.01235\n');
  });

  it('redraws one line on a terminal and takes it away for other text', () => {
    const terminal = recorder(true);
    const display = new ProgressDisplay(terminal);
    display.update(progress);
    display.epochDone(12);
    display.say('hello');
    display.erase();
    expect(terminal.text.split('\n')).toHaveLength(2);
    expect(terminal.text).toContain('\r\u001b[2Khello\n');
    expect(terminal.text.endsWith('\r\u001b[2K')).toBe(true);
  });
});
