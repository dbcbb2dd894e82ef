import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultsIn, serverOf } from './authentication-results.ts';

describe('Authentication-Results', () => {
  it.each([
    ['mx.example; dmarc=pass header.from=x.example', 'mx.example'],
    ['MX.Example 1; none', 'mx.example'],
    ['"mx.example" (our own); none', 'mx.example'],
    ['(a comment; with all) mx.example; none', 'mx.example'],
    ['dmarc=pass header.from=x.example', null],
    ['mx.example evil.example; dmarc=pass', null],
    ['', null],
  ])('of %j was written by %j', (value, server) => {
    expect(serverOf(value)).toBe(server);
  });

  it('is read with its comments, quotes and odd spaces', () => {
    const value =
      'mx.example; spf=pass (x.example: 192.0.2.1 is let; dmarc=fail) smtp.mailfrom="ada; spf=x"@Bounce.X.example;' +
      '\tdkim=fail header.d=other.example; dkim = pass (2048-bit key) header.i=@X.example. header.s=k;' +
      ' dmarc=pass (p=REJECT) header.from=x.example; dmarc=fail header.from=y.example';
    expect(resultsIn(value)).toEqual({
      dmarc: { result: 'pass', from: 'x.example' },
      dkim: ['x.example'],
      spf: 'bounce.x.example',
    });
  });

  it('says nothing out of a quoted or commented word', () => {
    const { dmarc } = resultsIn(
      'mx.example; spf=fail smtp.helo="a;dmarc=pass header.from=x.example"; none (;dmarc=pass)',
    );
    expect(dmarc).toBeNull();
  });

  it('is read to an end, whatever stands in it', () => {
    const bait = fc.stringMatching(/^[();"\\=a-z. ]{0,300}$/);
    fc.assert(
      fc.property(bait, (value) => {
        const { dkim } = resultsIn(`mx.example;${value}`);
        expect(Array.isArray(dkim)).toBe(true);
      }),
    );
    resultsIn('('.repeat(1_000_000));
    expect(resultsIn(`mx.example; ${'dkim=pass '.repeat(100_000)}`).dkim).toEqual([]);
  });
});
