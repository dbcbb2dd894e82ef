import { describe, expect, it } from 'vitest';
import { clientOf, type Findings, type Proof, proofOf } from './proof.ts';

const nothing: Findings = { domain: 'x.example', dmarc: 'none', dkim: [], spf: null, arc: null, troubled: false };
const signed = (domain: string, aligned: boolean) => [{ domain, aligned }];
const sealed = (from: string, sealer = 'list.example') => ({
  sealer,
  results: { dmarc: { result: 'pass', from }, dkim: [], spf: null },
});

const cases: [string, Partial<Findings>, Proof['result'], Proof['on'], whole?: boolean][] = [
  ['nothing at all', {}, 'none', null],
  ['what its domain asks for', { dmarc: 'pass' }, 'pass', 'dmarc'],
  ['not what its domain asks for', { dmarc: 'fail' }, 'fail', 'dmarc'],
  ['not what its domain asks for, in a mailbox', { dmarc: 'fail' }, 'none', null, false],
  ['not what its domain watches for, without asking for anything', { dmarc: 'unproven' }, 'none', null],
  ['a signature of its domain that asks for nothing', { dkim: signed('x.example', true) }, 'pass', 'dkim'],
  ['a signature of another domain', { dkim: signed('y.example', false) }, 'none', null],
  [
    'a signature, but not what its domain asks for',
    { dmarc: 'fail', dkim: signed('x.example', true) },
    'fail',
    'dmarc',
  ],
  ['the permission of its domain', { spf: 'x.example' }, 'pass', 'spf'],
  ['the permission of another domain', { spf: 'y.example' }, 'none', null],
  ['a chain of a trusted server', { dmarc: 'fail', arc: sealed('x.example') }, 'pass', 'arc'],
  ['a chain of a trusted server about another domain', { dmarc: 'fail', arc: sealed('y.example') }, 'fail', 'dmarc'],
  ['a chain of a stranger', { dmarc: 'fail', arc: sealed('x.example', 'evil.example') }, 'fail', 'dmarc'],
  ['no answer of the name servers', { dmarc: 'temperror', troubled: true }, 'unknown', null],
  ['half an answer that may have hidden the rest', { dmarc: 'fail', troubled: true }, 'unknown', null],
  ['half an answer that is enough', { dmarc: 'pass', troubled: true }, 'pass', 'dmarc'],
];

describe('a mail with', () => {
  it.each(cases)('%s', (_what, found, result, on, whole = true) => {
    expect(proofOf({ ...nothing, ...found }, ['list.example'], whole)).toMatchObject({
      result,
      on,
      domain: 'x.example',
    });
  });

  it('several authors proves nothing', () => {
    expect(proofOf({ ...nothing, domain: null, dmarc: 'pass' }, [], true)).toBeNull();
  });
});

it.each([
  ['mx.example [192.0.2.1]', { helo: 'mx.example', ip: '192.0.2.1' }],
  ['[192.0.2.7] [::ffff:192.0.2.1]', { helo: '[192.0.2.7]', ip: '192.0.2.1' }],
  [' [2001:db8::1]', { helo: '', ip: '2001:db8::1' }],
  ['mx.example', null],
  [null, null],
])('the client of %j is %j', (line, client) => {
  expect(clientOf(line)).toEqual(client);
});
