// Words and numbers that several parts of a report use, as the pages print them.
import { sizeOf } from '../core/tensor.ts';
import type { CorruptionSpec, OptimizerSpec } from '../spec/schema.ts';
import { formatNumber } from '../view/runs.ts';
import { formatDuration as clock } from '../view/ticks.ts';

/** "29 November 2026 at 22:49", in the time of this machine. */
export function formatMoment(time: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' }).format(time);
}

/** "0:07 (minutes : seconds)". */
export function formatDuration(seconds: number): string {
  const text = clock(seconds * 1000);
  return `${text} (${text.split(':').length > 2 ? 'hours : ' : ''}minutes : seconds)`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** "1 sample", "2,000 samples". */
export function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** "50 numbers for 784: 15.7 times fewer". */
export function compressionText(latentShape: readonly number[], shape: readonly number[]): string {
  const [code, sample] = [sizeOf(latentShape), sizeOf(shape)];
  const times = sample / code;
  return `${counted(code, 'number')} for ${formatCount(sample)}${times > 1 ? `: ${formatNumber(Number(times.toPrecision(3)))} times fewer` : ''}`;
}

/** "gaussian (mean 0, stddev 0.2)". */
export function corruptionText({ type, ...settings }: CorruptionSpec): string {
  const told = Object.entries(settings).filter(([name, value]) => name !== 'clip' || value !== true);
  return `${type}${told.length === 0 ? '' : ` (${told.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join('×') : String(value)}`).join(', ')})`}`;
}

/** "adam, learning rate 0.001", "sgd, learning rate from 0.01 by cosine". */
export function optimizerText({ type, learningRate }: OptimizerSpec): string {
  const rate = formatNumber(learningRate.learningRate);
  return `${type}, learning rate ${learningRate.type === 'constant' ? rate : `from ${rate} by ${learningRate.type}`}${learningRate.warmupEpochs > 0 ? ` after ${counted(learningRate.warmupEpochs, 'epoch')} of warm-up` : ''}`;
}

/** Settings of a layer that say little about it; where only they differ they are told by their own paths. */
const small = new Set(['kernelInitializer', 'biasInitializer', 'useBias', 'trainable']);

/** A value of a config in few words: "conv2d (filters 16, strides 2×2, activation relu)", "dense, dense, reshape". */
export function shortSetting(value: unknown): string {
  if (Array.isArray(value)) return value.every(item => typeof item === 'number') ? value.join('×') : value.map(item => kindOf(item) ?? settingText(item)).join(', ');
  const kind = kindOf(value);
  if (kind === undefined) return settingText(value);
  const told = Object.entries(value as object).flatMap(([name, setting]: [string, unknown]) => (name === 'type' || small.has(name) ? [] : [`${name} ${kindOf(setting) ?? shortSetting(setting)}`]));
  return `${kind}${told.length === 0 ? '' : ` (${told.join(', ')})`}`;
}

function kindOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' ? value.type : undefined;
}

/** A value of a config as a file has it. */
export function settingText(value: unknown): string {
  return value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}
