import { ImapFlow } from 'imapflow';
import { expect, it } from 'vitest';
import { dovecot, dovecotMissing } from './dovecot.ts';
import { rawMail } from './raw-mail.ts';

it('serves what was delivered, shows flags and moves, and comes back after a crash', async (context) => {
  const missing = dovecotMissing();
  context.skip(missing !== undefined, missing);
  const server = await dovecot();
  try {
    const raw = rawMail({ subject: 'Grüße', text: 'äöü' });
    await server.append(raw);
    await server.append(rawMail({ subject: 'second' }));
    await server.kill();
    await server.start();
    const { port, user, password } = server;
    const auth = { user, pass: password };
    const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false });
    client.on('error', () => undefined);
    await client.connect();
    await client.mailboxOpen('INBOX');
    const fetched = await client.fetchAll('1:*', { source: true });
    expect(fetched[0]?.source?.equals(raw)).toBe(true);
    await client.messageFlagsAdd('1', ['\\Seen']);
    expect((await server.messages()).map(({ flags }) => flags)).toEqual([['\\Seen'], []]);
    await client.messageMove('1', 'Archive');
    expect((await server.messages('Archive')).map((mail) => mail.raw.equals(raw))).toEqual([true]);
    expect(await server.messages()).toHaveLength(1);
    await client.logout();
  } finally {
    await server.close();
  }
});
