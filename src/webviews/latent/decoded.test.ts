import { describe, expect, it, vi } from 'vitest';
import { DecodedCodes, type Ask } from './decoded.ts';

function decoded() {
  const answers: ((values: Float32Array) => void)[] = [];
  const ask = vi.fn<Ask>((_channel, _codes, _count, take) => { answers.push(take); });
  const arrived = vi.fn();
  return { answers, ask, arrived, shown: new DecodedCodes<{ readonly name?: string }>('path', ask, arrived) };
}
const first = Float32Array.of(1, 2);
const second = Float32Array.of(3, 4);

describe('DecodedCodes', () => {
  it('asks for codes and takes what they decode to', () => {
    const { answers, ask, arrived, shown } = decoded();
    shown.show({ codes: first, count: 1, name: 'A' });
    expect(ask).toHaveBeenCalledWith('path', first, 1, expect.any(Function));
    expect(shown.now).toEqual({ codes: first, count: 1, name: 'A' });
    answers[0]!(Float32Array.of(9));
    expect(shown.now).toEqual({ codes: first, count: 1, name: 'A', values: Float32Array.of(9) });
    expect(arrived).toHaveBeenCalledOnce();
  });

  it('keeps the old pictures until the new ones come, where there are as many', () => {
    const { answers, shown } = decoded();
    shown.show({ codes: first, count: 1 });
    answers[0]!(Float32Array.of(9));
    shown.show({ codes: second, count: 1 });
    expect(shown.now?.values).toEqual(Float32Array.of(9));
    shown.show({ codes: second, count: 2 });
    expect(shown.now?.values).toBeUndefined();
  });

  it('drops answers for codes that are no longer shown', () => {
    const { answers, arrived, shown } = decoded();
    shown.show({ codes: first, count: 1 });
    shown.show({ codes: second, count: 1 });
    answers[0]!(Float32Array.of(9));
    expect(shown.now).toEqual({ codes: second, count: 1 });
    shown.clear();
    answers[1]!(Float32Array.of(9));
    expect(shown.now).toBeUndefined();
    expect(arrived).not.toHaveBeenCalled();
  });

  it('asks a newer decoder for the same codes, if there are any', () => {
    const { ask, shown } = decoded();
    shown.again();
    expect(ask).not.toHaveBeenCalled();
    shown.show({ codes: first, count: 1 });
    shown.again();
    expect(ask.mock.calls.map(([, codes]) => codes)).toEqual([first, first]);
  });
});
