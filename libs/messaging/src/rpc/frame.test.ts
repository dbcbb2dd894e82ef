import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reply, readFrame, splitFrames, writeFrame } from './frame.ts';

const text = fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value));
const reply: fc.Arbitrary<Reply> = fc.oneof(
  text.map((json) => ({ text: json })),
  fc
    .record({ kind: fc.constant('conflict' as const), code: fc.string(), detail: fc.string() })
    .map((error) => ({ error })),
);

describe('rpc frame', () => {
  it('what was written is read, whatever the texts hold', () => {
    fc.assert(
      fc.property(fc.array(reply), (replies) => {
        expect(readFrame(writeFrame(replies))).toEqual(replies);
      }),
    );
  });

  it('survives the UTF-8 of the wire, lone surrogates included', () => {
    const awkward: Reply[] = [{ text: '"\ud800 ä 😀"' }, { text: '""' }, { text: '"x"' }];
    const wire = new TextDecoder().decode(new TextEncoder().encode(writeFrame(awkward)));
    expect(readFrame(wire)).toEqual([{ text: '"\ufffd ä 😀"' }, { text: '""' }, { text: '"x"' }]);
  });

  it('frames of a split stay below the limit and hold every answer in order', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.integer({ min: 300, max: 2_000 }), (texts, limit) => {
        const frames = splitFrames(
          texts.map((one) => ({ text: one })),
          limit,
        );
        for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(limit);
        const read = frames.flatMap(readFrame);
        expect(read).toHaveLength(texts.length);
        read.forEach((one, i) => {
          if ('text' in one) expect(one.text).toBe(texts[i]);
          else expect(one.error.code).toBe('rpc.reply-too-large');
        });
      }),
    );
  });

  it('an answer at the limit passes, one byte more is an error of its own and not of its neighbours', () => {
    const limit = 1_000;
    const fits = 'x'.repeat(limit - 12);
    const codes = [fits, `${fits}x`, '1'].map((one) => ({ text: one }));
    const read = splitFrames(codes, limit).flatMap(readFrame);
    expect(read).toMatchObject([
      { text: fits },
      { error: { kind: 'limited', code: 'rpc.reply-too-large' } },
      { text: '1' },
    ]);
  });

  it.each(['', '3', '3\nab', '1\nab', 'x\na', '1,\na', '-1\n'])('refuses %j', (frame) => {
    expect(() => readFrame(frame)).toThrow(/malformed/);
  });
});
