// Sweeps for their page to show: one over latent sizes that is under way, a finished one, and one over several paths.
import type { ShownSweep, SweepReport, SweepRow } from '../../src/protocol/messages.ts';
import { installHost, type FakeHost } from './fake-host.ts';

const row = (index: number, values: SweepRow['values'], change: Partial<SweepRow>): SweepRow => ({ index, values, state: 'finished', metrics: {}, ...change });

function shown(name: string, paths: readonly string[], names: readonly string[], rows: readonly SweepRow[], change: Partial<SweepReport>): ShownSweep {
  return {
    report: { id: `20261121-0930-${name}`, name, configPath: `/samples/systems/${name}.aeconf`, created: 0, state: 'finished', paths, tolerance: 0.25, judgedBy: 'validation loss', rows, ...change },
    names, texts: rows.map(each => paths.map(path => String(each.values[path]))),
  };
}

const sizes = [2, 4, 8, 16, 32, 64];
const errorOf = (units: number) => 0.0042 + 0.062 / units ** 0.85;

function latent(done: number): ShownSweep {
  const rows = sizes.map((units, i) => {
    const values = { 'latent.units': units };
    if (i > done) return row(i, values, { state: 'waiting' });
    const error = errorOf(units);
    const components = { baselineError: 0.006 + 0.055 / units ** 0.8, baseline: { components: units, mse: 0.006 + 0.055 / units ** 0.8, model: error } };
    const common = { ...(i < done ? components : {}), run: `run-${units}`, folder: `/runs/run-${units}`, epochs: 20, parameters: 210_000 + 131 * units };
    if (i === done) return row(i, values, { ...common, state: 'training', epoch: 7.4, loss: error * 1.4, bestLoss: error * 1.38, seconds: 12 });
    return row(i, values, { ...common, epoch: 20, loss: error * 1.01, bestLoss: error, bestEpoch: 19, seconds: 31 + units / 8, error, metrics: { mse: error, ssim: 0.95 - 5 * error } });
  });
  const whole = done >= sizes.length;
  return shown('latent-sweep', ['latent.units'], ['units'], rows, { state: whole ? 'finished' : 'running', ...(done > 0 ? { best: Math.min(done, sizes.length) - 1 } : {}), ...(whole ? { knee: 4 } : done > 2 ? { knee: done - 1 } : {}) });
}

const activations = ['relu', 'selu', 'gelu', 'leakyRelu'];
const several = shown('activation-rate-and-size-of-the-bottleneck', ['encoder[1].activation', 'training.optimizer.learningRate', 'latent.units'], ['activation', 'learningRate', 'units'],
  activations.flatMap((activation, a) => [0.0001, 0.001, 0.01].flatMap((learningRate, l) => [4, 16, 64].map((units, u): SweepRow => {
    const index = a * 9 + l * 3 + u;
    const error = errorOf(units) * [1, 1.1, 0.95, 1.02][a]! * [1.7, 1, 1.25][l]!;
    const values = { 'encoder[1].activation': activation, 'training.optimizer.learningRate': learningRate, 'latent.units': units };
    if (index === 20) return row(index, values, { state: 'failed', run: 'run-failed', reason: 'The loss is not a number any more, at step 40.', epoch: 0.4, epochs: 10, seconds: 1 });
    return row(index, values, { run: `run-${index}`, folder: `/runs/run-${index}`, epoch: 10, epochs: 10, loss: error, bestLoss: error, error, seconds: 14, parameters: 220_000 });
  }))), { state: 'unfinished', best: 23 });

/** Trained too shortly: as in the first minutes with any model. */
const worse: ShownSweep = { ...shown('swp', ['latent.units'], ['units'], [2, 4, 8, 16].map((units, i) => {
  const [error, mse] = [[0.0767, 0.0626], [0.0773, 0.0545], [0.0765, 0.0427], [0.0747, 0.0302]][i]! as [number, number];
  return row(i, { 'latent.units': units }, { run: `run-${units}`, epoch: 6, epochs: 6, loss: error, bestLoss: error, error, seconds: 3, parameters: 220_000, baselineError: mse, baseline: { components: units, mse, model: error } });
}), { best: 3, knee: 0, tolerance: 0.1 }), lossName: 'mse' };

const scenes: Record<string, ShownSweep> = { worse, running: latent(3), begun: latent(0), finished: latent(6), several };
const scene = new URLSearchParams(location.search).get('scene') ?? 'finished';

let revision = 3;
const host: FakeHost = installHost({ onReady: to => to.send({ type: 'snapshot', revision, sweep: scenes[scene] ?? latent(6) }) });

declare global {
  interface Window {
    /** Lets the sweep go on to that training. */
    sweepOn: (done: number) => void;
  }
}
window.sweepOn = done => {
  revision++;
  host.send({ type: 'update', revision, sweep: latent(done) });
};
