import { describe, expect, it } from 'vitest';
import { soapFault } from './soap-fault.ts';

describe('a fault', () => {
  it.each([
    ['forbidden', 403, 'Client'],
    ['invalid', 500, 'Client'],
    ['unreadable', 500, 'Client'],
    ['not-found', 500, 'Client'],
    ['limited', 429, 'Server'],
    ['unavailable', 503, 'Server'],
    ['bug', 500, 'Server'],
  ] as const)('of the kind %s travels with %i and blames the %s', (kind, status, side) => {
    const fault = soapFault(kind, 'some.code', 'Text.');
    expect(fault.status).toBe(status);
    expect(fault.envelope).toContain(`<faultcode>soap:${side}</faultcode><faultstring>Text.</faultstring>`);
  });

  it('quotes what would be markup', () => {
    expect(soapFault('invalid', 'c', 'a <b> & c\u0000').envelope).toContain('a &lt;b&gt; &amp; c</faultstring>');
  });
});
