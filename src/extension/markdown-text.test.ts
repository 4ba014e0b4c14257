import { expect, it } from 'vitest';
import { markdownText } from './markdown-text.ts';

it('keeps every sign as it is read, and lets the text wrap', () => {
  expect(markdownText('a | b *c* _d_ `e` <f> # g [h](i) & ~j~ k\\|')).toBe('a \\| b \\*c\\* \\_d\\_ \\`e\\` \\<f\\> \\# g \\[h\\](i) \\& \\~j\\~ k\\\\\\|');
  expect(markdownText('The loss became Infinity in epoch 1, step 2 of 94.')).toBe('The loss became Infinity in epoch 1, step 2 of 94.');
});

it('begins no list and no rule', () => {
  expect(['1. one', '2) two', '- three', '+ four', '---', '0.5', '-1'].map(markdownText)).toEqual(['1\\. one', '2\\) two', '\\- three', '\\+ four', '\\---', '0.5', '-1']);
});

it('makes one line of many, as a table needs it', () => {
  expect(markdownText('one\ntwo\r\n\n  three')).toBe('one two three');
});
