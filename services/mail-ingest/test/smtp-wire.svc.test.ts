import { groupCreated } from '@helpmesh/contracts';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { waitFor } from '@helpmesh/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDesk, testDesk } from './desk.ts';
import { aGroup, type Identity, identityStandIn } from './identity-stand-in.ts';
import { SmtpClient } from './smtp-client.ts';

const MAX = 100_000;
const head = 'From: ada@customer.example\r\nSubject: Wire\r\n\r\n';
/** A mail of exactly so many bytes. */
const sized = (bytes: number) => `${head}${`${'x'.repeat(78)}\r\n`.repeat(2000).slice(0, bytes - head.length - 2)}\r\n`;

describe('SMTP on the wire', { timeout: 90_000 }, () => {
  let desk: TestDesk;
  let identity: Identity;
  let client: SmtpClient;

  beforeAll(async () => {
    desk = await testDesk({
      MAIL_MAX_BYTES: String(MAX),
      MAIL_ACCEPT: 'known',
      MAIL_ADDRESSES: 'support@desk.example, @whole.example',
      SMTP_MAX_RECIPIENTS: '3',
      SMTP_TIMEOUT_SECONDS: '2',
    });
    client = await SmtpClient.open(desk.smtpPort);
  });
  afterAll(async () => {
    client?.close();
    await identity?.service.stop();
    await desk?.stop();
  });

  it('announces its size limit and neither AUTH nor, without a certificate, STARTTLS', () => {
    expect(client.ehlo).toContain(`SIZE ${MAX}`);
    expect(client.ehlo).not.toMatch(/AUTH|STARTTLS/);
  });

  it('says try again, not no, to a stranger while it cannot ask who that is', async () => {
    expect(await client.send(head, 'nobody@desk.example')).toMatch(/^451 4\.3\.0/);
    await client.say('RSET');
  });

  describe('with the identity service at hand', () => {
    beforeAll(async () => {
      identity = await identityStandIn(desk);
    });

    it.each([
      ['support@desk.example', /^250/],
      ['Support+Billing@Desk.Example', /^250/],
      ['anybody@whole.example', /^250/],
      ['postmaster@elsewhere.example', /^250/],
      ['postmaster', /^250/],
      ['supporter@desk.example', /^550 5\.1\.1 No such mailbox here$/],
      ['support@other.example', /^550 5\.1\.1/],
      ['x+support@desk.example', /^550 5\.1\.1/],
    ])('RCPT TO:<%s> -> %s', async (to, expected) => {
      expect(await client.say('MAIL FROM:<ada@customer.example>')).toMatch(/^250/);
      expect(await client.say(`RCPT TO:<${to}>`)).toMatch(expected);
      await client.say('RSET');
    });

    it('takes mail for a group as soon as the group is told of', async () => {
      const outbox = identity.service.get(Outbox);
      await transaction(identity.service.get(DataSource), async (tx) => {
        await outbox.add(tx, groupCreated, {
          aggregateId: 7,
          aggregateVersion: 1,
          data: aGroup(7, 'Sales@desk.example'),
        });
      });
      await waitFor(
        async () => {
          await client.say('RSET');
          await client.say('MAIL FROM:<ada@customer.example>');
          return (await client.say('RCPT TO:<sales@desk.example>')).startsWith('250');
        },
        { what: 'the group to be known' },
      );
      await client.say('RSET');
    });
  });

  it('takes three recipients and asks to send to the fourth later', async () => {
    await client.say('MAIL FROM:<>');
    for (const name of ['a', 'b', 'c']) expect(await client.say(`RCPT TO:<${name}@whole.example>`)).toMatch(/^250/);
    expect(await client.say('RCPT TO:<d@whole.example>')).toMatch(/^452/);
    await client.say('RSET');
  });

  it('refuses a size announced one byte over the limit before any data', async () => {
    expect(await client.say(`MAIL FROM:<a@b.example> SIZE=${MAX}`)).toMatch(/^250/);
    await client.say('RSET');
    expect(await client.say(`MAIL FROM:<a@b.example> SIZE=${MAX + 1}`)).toMatch(/^552/);
  });

  it('takes a mail at the limit, refuses one byte more with 552, and goes on with the session', async () => {
    const before = (await desk.rows()).length;
    expect(await client.send(sized(MAX))).toMatch(/^250 2\.6\.0 Ok: queued as [0-9a-f-]{36}$/);
    expect(await client.send(sized(MAX + 1))).toMatch(/^552 5\.3\.4/);
    expect(await client.send(`${head}after\r\n`)).toMatch(/^250/);
    const sizes = (await desk.rows()).slice(before).map(({ size }) => size);
    expect(sizes).toEqual([MAX, head.length + 7]);
  });

  it('keeps dots at line starts, and takes a lone dot between bare line feeds for text', async () => {
    const text = '.one\r\n..two\r\nsmuggled\n.\nMAIL FROM:<x@y.example>\r\n';
    expect(await client.send(head.replace('Wire', 'Dots') + text)).toMatch(/^250/);
    const { data } = await desk.filedWith('Dots');
    expect(data.text).toBe('.one\n..two\nsmuggled\n.\nMAIL FROM:<x@y.example>');
  });

  it('takes as it comes what is cut into single bytes', async () => {
    await client.say('MAIL FROM:<ada@customer.example>');
    await client.say('RCPT TO:<support@desk.example>');
    await client.say('DATA');
    for (const byte of `${head.replace('Wire', 'Bytes')}slow\r\n.`) client.write(byte);
    expect(await client.say('')).toMatch(/^250/);
    expect((await desk.filedWith('Bytes')).data.text).toBe('slow');
  });

  it('stores nothing of a mail whose sender goes away in the middle', async () => {
    const before = (await desk.settled()).length;
    const other = await SmtpClient.open(desk.smtpPort);
    await other.say('MAIL FROM:<ada@customer.example>');
    await other.say('RCPT TO:<support@desk.example>');
    await other.say('DATA');
    other.write(`${head}half`);
    other.cut();
    // The one of before may have been silent for too long meanwhile.
    client = await SmtpClient.open(desk.smtpPort);
    expect(await client.send(head.replace('Wire', 'Next'))).toMatch(/^250/);
    await desk.filedWith('Next');
    expect(await desk.rows()).toHaveLength(before + 1);
  });

  it('hangs up on a client that says nothing', async () => {
    const silent = await SmtpClient.open(desk.smtpPort);
    expect(await silent.reply()).toMatch(/^421/);
    client = await SmtpClient.open(desk.smtpPort);
  });

  it('answers nonsense with an error and stays', async () => {
    expect(await client.say('HELP ME')).toMatch(/^[25]\d\d/);
    expect(await client.say('MAIL FROM:<no closing')).toMatch(/^50\d/);
    expect(await client.say('RCPT TO:<support@desk.example>')).toMatch(/^503/);
    expect(await client.say('DATA')).toMatch(/^503/);
    expect(await client.say('NOOP')).toMatch(/^250/);
  });
});
