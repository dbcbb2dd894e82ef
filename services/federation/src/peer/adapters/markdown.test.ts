import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { saysTheSame } from '../../domain/foreign/own-text.ts';
import { asTyped, inMarkdown } from './markdown.ts';

describe('plain text in Markdown', () => {
  it.each([
    ['an order', 'Hi\n/close', 'Hi\\\n\\/close'],
    ['an indented order', '  /label ~x', '  \\/label \\~x'],
    ['a mention', '@all look', '\\@all look'],
    ['a reference', 'see #1 and !2', 'see \\#1 and \\!2'],
    ['a picture', '![x](https://a.example)', '\\!\\[x\\](https://a.example)'],
    ['markup', '<b>*x*</b>', '\\<b\\>\\*x\\*\\</b\\>'],
    ['a list', '1. one', '1\\. one'],
  ])('takes %s for what was typed', (_, typed, written) => {
    expect(inMarkdown(typed)).toBe(written);
  });

  it('is known again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a1.)/-\\\n\r @#<>*`&') }), (text) => {
        expect(saysTheSame(asTyped(inMarkdown(text)), text)).toBe(true);
      }),
    );
  });
});
