import { describe, expect, it } from 'vitest';
import { SpeedMeter } from './status.ts';

describe('SpeedMeter', () => {
  it('knows nothing from one mark', () => {
    const meter = new SpeedMeter();
    expect(meter.speed()).toBeUndefined();
    meter.mark(0, 0);
    expect(meter.speed()).toBeUndefined();
  });

  it('gives samples per second of training', () => {
    const meter = new SpeedMeter();
    meter.mark(0, 0);
    meter.mark(2, 1000);
    expect(meter.speed()).toBe(500);
  });

  it('forgets what is long ago', () => {
    const meter = new SpeedMeter();
    for (let second = 0; second <= 100; second++) meter.mark(second, second < 50 ? second * 10 : 500 + (second - 50) * 100);
    expect(meter.speed()).toBe(100);
  });

  it('starts from the samples of an earlier process without counting them as speed', () => {
    const meter = new SpeedMeter();
    meter.mark(60, 60_000);
    meter.mark(61, 60_250);
    expect(meter.speed()).toBe(250);
  });
});
