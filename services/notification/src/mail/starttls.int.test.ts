import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import { type Certificate, type Exim, exim, eximMissing, selfSigned, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aMail } from '../../test/a-mail.ts';
import type { SendingAccount } from '../application/ports.ts';
import { SmtpWire } from './smtp-wire.ts';
import { tryAccount } from './try-account.ts';

type Server = NonNullable<SendingAccount['server']>;

const missing = eximMissing();

describe('mails to a real Exim', () => {
  let folder: string;
  let blobs: BlobStore;
  const servers = {} as Record<'trusted' | 'stranger' | 'other' | 'plain', Exim>;
  const usual = tls.getCACertificates('default');

  beforeEach((context) => context.skip(missing !== undefined, missing));
  beforeAll(async () => {
    if (missing) return;
    folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-starttls-'));
    blobs = openBlobStore({ BLOB_DIR: folder });
    const [ours, stranger, other] = (await Promise.all(
      ['localhost', 'localhost', 'mx.elsewhere.example'].map(selfSigned),
    )) as [Certificate, Certificate, Certificate];
    tls.setDefaultCACertificates([...usual, ours.cert, other.cert]);
    servers.trusted = await exim(ours);
    servers.stranger = await exim(stranger);
    servers.other = await exim(other);
    servers.plain = await exim(null);
  }, 60_000);
  afterAll(async () => {
    if (missing) return;
    tls.setDefaultCACertificates(usual);
    await Promise.all(Object.values(servers).map((server) => server.close()));
    await blobs.close();
    await rm(folder, { recursive: true, force: true });
  });

  const wireTo = (url: string | SendingAccount) =>
    new SmtpWire(
      blobs,
      { url, connections: 1, silenceMs: 5_000, nullReturnPath: true },
      { sealingOf: async () => null },
    );
  const tried = (to: Exim, server: Partial<Server>) => {
    const all = {
      host: 'localhost',
      port: to.port,
      ssl: 'starttls',
      ssl_verify: true,
      user: null,
      ...server,
    } as Server;
    const account = { server: all, password: () => null } as SendingAccount;
    return tryAccount(account, { from: 'desk@desk.example', to: 'ada@peer.example' }, wireTo, Date.now());
  };
  const lookedAt = new Map<Exim, number>();
  /** How the next mail came: `esmtps` says that the connection was encrypted. A file is there before its words are. */
  const cameBy = async (server: Exim) => {
    const n = lookedAt.get(server) ?? 0;
    lookedAt.set(server, n + 1);
    return waitFor(async () => /with (\w+)/.exec((await server.taken())[n] ?? '')?.[1], { what: 'the mail' });
  };

  it('leave encrypted by an account that demands it, once somebody vouches for the server', async () => {
    expect(await tried(servers.trusted, {})).toMatchObject({
      ok: true,
      steps: [
        { step: 'connect', ok: true },
        { step: 'send', ok: true },
      ],
    });
    expect(await cameBy(servers.trusted)).toBe('esmtps');
  });

  it.each([
    ['nobody vouches for', 'stranger', 'starttls', /self-signed certificate/],
    ['has the certificate of another', 'other', 'starttls', /localhost.*mx\.elsewhere\.example|altnames/i],
    ['offers no encryption', 'plain', 'starttls', /STARTTLS/],
    ['speaks no TLS from the start', 'plain', 'ssl', /wrong version|SSL|TLS|packet length/i],
  ] as const)('do not leave for a server that %s; the test says so', async (_what, which, ssl, why) => {
    const { ok, steps } = await tried(servers[which], { ssl });
    expect({ ok, steps }).toMatchObject({ ok: false, steps: [{ step: 'connect', ok: false }] });
    expect(steps[0]?.detail).toMatch(why);
    expect(await servers[which].taken()).toEqual([]);
  });

  it('leave encrypted, but to whoever answers, where the account does not verify; and plain where it wants that', async () => {
    expect(await tried(servers.stranger, { ssl_verify: false })).toMatchObject({ ok: true });
    expect(await cameBy(servers.stranger)).toBe('esmtps');
    expect(await tried(servers.plain, { ssl: 'off' })).toMatchObject({ ok: true });
    expect(await cameBy(servers.plain)).toBe('esmtp');
  });

  it('leave by the relay of the operator encrypted wherever it offers that, and never past a bad certificate', async () => {
    const send = async (url: string) => {
      const wire = wireTo(url);
      try {
        return await wire.send(aMail(), AbortSignal.timeout(10_000));
      } finally {
        wire.close();
      }
    };
    expect(await send(`smtp://localhost:${servers.trusted.port}`)).toMatchObject({ accepted: ['ada@x.org'] });
    expect(await cameBy(servers.trusted)).toBe('esmtps');
    expect(await send(`smtp://localhost:${servers.plain.port}`)).toMatchObject({ accepted: ['ada@x.org'] });
    expect(await send(`smtp://localhost:${servers.other.port}`)).toMatchObject({ permanent: false });
    expect(await servers.other.taken()).toEqual([]);
    expect(await send(`smtp://localhost:${servers.plain.port}?requireTLS=true`)).toMatchObject({ permanent: false });
  });
});
