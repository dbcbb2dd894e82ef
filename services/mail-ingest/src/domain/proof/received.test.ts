import { expect, it } from 'vitest';
import { clientBehind } from './received.ts';

const relays = new Set(['203.0.113.1', '203.0.113.2', '2001:db8::5']);
const behind = (...lines: string[]) => clientBehind(lines, (ip) => relays.has(ip));

it.each([
  ['Postfix', 'from mx.ada.example (out.ada.example [192.0.2.1]) by relay (Postfix) with ESMTPS', 'mx.ada.example'],
  [
    'Postfix, without a name',
    'from mx.ada.example (unknown [192.0.2.1]) by relay (Postfix) with SMTP',
    'mx.ada.example',
  ],
  ['Exim', 'from out.ada.example ([192.0.2.1] helo=mx.ada.example) by relay with esmtps (Exim 4.96)', 'mx.ada.example'],
  ['Exim, without a name', 'from [192.0.2.1] (helo=mx.ada.example) by relay with esmtp (Exim 4.96)', 'mx.ada.example'],
  ['Sendmail', 'from mx.ada.example (out.ada.example [192.0.2.1] (may be forged)) by relay (8.17)', 'mx.ada.example'],
  [
    'Exchange',
    'from mx.ada.example (192.0.2.1) by relay.example (10.1.1.1) with Microsoft SMTP Server',
    'mx.ada.example',
  ],
  ['a claim that looks like a relay', 'from [203.0.113.1] (unknown [192.0.2.1]) by relay (Postfix)', '[203.0.113.1]'],
])('a relay says who handed it the mail: %s', (_what, line, helo) => {
  expect(behind(line)).toEqual({ ip: '192.0.2.1', helo });
});

it('the way is walked from relay to relay, and no further', () => {
  const inner = 'from edge.desk.example (edge.desk.example [203.0.113.2]) by inner.desk.example (Postfix)';
  const v6 = 'from third.desk.example (third.desk.example [IPv6:2001:db8::5]) by edge.desk.example (Postfix)';
  const client = 'from mx.eve.example (mx.eve.example [198.51.100.9]) by third.desk.example (Postfix)';
  const forged = 'from mx.strict.example (mx.strict.example [192.0.2.1]) by mx.eve.example (Postfix)';
  expect(behind(inner, v6, client, forged)).toMatchObject({ ip: '198.51.100.9' });
});

it.each([
  ['no line at all', []],
  ['a line that names nobody', ['by relay with local id 1']],
  ['one without an address', ['from localhost (localhost) by relay (Postfix)']],
  ['words in the way', ['(from x) from y (z [192.0.2.1]) by relay']],
  ['nobody but relays', ['from a (a [203.0.113.1]) by b (Postfix)']],
])('%s says nothing', (_what, lines) => {
  expect(behind(...lines)).toBeNull();
});
