import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitting, type Reply, readFrame, writeFrame } from './frame.ts';

const text = fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value));
const answer = (json: string): Reply => ({ json: Buffer.from(json) });
const reply: fc.Arbitrary<Reply | undefined> = fc.oneof(
  fc.constant(undefined),
  text.map(answer),
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

  it('reads a part of a larger block of bytes, which is how messages come', () => {
    const frame = writeFrame([answer('"ä 😀"'), undefined, answer('{}')]);
    const block = new Uint8Array([1, 2, ...frame, 3]);
    expect(readFrame(block.subarray(2, -1))).toEqual([answer('"ä 😀"'), undefined, answer('{}')]);
  });

  it('asking again until nothing is left gives every answer, in messages below the limit', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.integer({ min: 300, max: 2_000 }), (texts, limit) => {
        const answers: (Reply | undefined)[] = texts.map(answer);
        const got = new Map<number, Reply>();
        for (let rounds = 0; got.size < texts.length; rounds++) {
          expect(rounds).toBeLessThan(texts.length);
          const open = [...answers.keys()].filter((i) => !got.has(i));
          const frame = writeFrame(
            fitting(
              open.map((i) => answers[i]),
              limit,
            ),
          );
          // An answer not in this message costs its mark, two bytes.
          expect(frame.length).toBeLessThanOrEqual(limit + 2 * texts.length);
          readFrame(frame).forEach((one, at) => {
            if (one) got.set(open[at] as number, one);
          });
        }
        texts.forEach((one, i) => {
          const reply = got.get(i) as Reply;
          if ('json' in reply) expect(String(reply.json)).toBe(one);
          else expect(reply.error.code).toBe('rpc.reply-too-large');
        });
      }),
    );
  });

  it('an answer at the limit passes, one byte more is an error of its own and not of its neighbours', () => {
    const limit = 1_000;
    const fits = 'x'.repeat(limit - 12);
    expect(fitting([answer(fits)], limit)).toEqual([answer(fits)]);
    expect(fitting([answer(`${fits}x`), answer('1')], limit)).toMatchObject([
      { error: { kind: 'limited', code: 'rpc.reply-too-large' } },
      answer('1'),
    ]);
  });

  it.each(['', '3', '3\nab', '1\nab', 'x\na', '1,\na', '-1\n', '--\n'])('refuses %j', (frame) => {
    expect(() => readFrame(Buffer.from(frame))).toThrow(/malformed/);
  });
});
