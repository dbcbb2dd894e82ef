import { describe, expect, it } from 'vitest';
import { envelopeOf, exitCodeOf, handIn, splitServer } from './mail-in.ts';

describe('a mail from a pipe', () => {
  it.each([
    ['says that it is busy', { responseCode: 451, command: 'DATA' }, 75],
    ['says nothing', {}, 75],
    ['knows no such recipient', { responseCode: 550, command: 'RCPT TO' }, 67],
    ['refuses the mail', { responseCode: 552, command: 'DATA' }, 65],
    ['refuses to talk', { responseCode: 554, command: 'CONN' }, 69],
  ])('ends with the code of sysexits.h when the desk %s', (_what, error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it.each([
    ['what was named', { to: ['a@x'], from: 'b@x' }, { RECIPIENT: 'c@x', SENDER: 'd@x' }, { to: ['a@x'], from: 'b@x' }],
    ['what Postfix and Exim set', {}, { RECIPIENT: 'c@x', SENDER: 'd@x' }, { to: ['c@x'], from: 'd@x' }],
    ['the address before an alias', {}, { ORIGINAL_RECIPIENT: 'e@x', RECIPIENT: 'c@x' }, { to: ['e@x'], from: '' }],
    ['no sender for a bounce', { to: ['a@x'] }, { SENDER: 'MAILER-DAEMON' }, { to: ['a@x'], from: '' }],
  ])('has the envelope of %s', (_what, given, env, envelope) => {
    expect(envelopeOf(given, env)).toEqual(envelope);
  });

  it('is refused without a recipient, and without a mail', async () => {
    const none = (async function* () {})();
    const server = 'localhost:1';
    expect(await handIn({ server }, {}, none)).toMatchObject({ code: 64 });
    expect(await handIn({ server, to: ['a@x.example'] }, {}, none)).toMatchObject({ code: 65 });
  });

  it('is given back for later when nobody listens', async () => {
    const mail = (async function* () {
      yield 'Subject: x\r\n\r\nx';
    })();
    expect(await handIn({ server: '127.0.0.1:1', to: ['a@x.example'] }, {}, mail)).toMatchObject({ code: 75 });
  });

  it.each([
    ['desk:2525', ['desk', 2525]],
    ['[::1]:2525', ['::1', 2525]],
    ['desk', ['desk', 25]],
  ])('goes to %s', (server, place) => {
    expect(splitServer(server)).toEqual(place);
  });
});
