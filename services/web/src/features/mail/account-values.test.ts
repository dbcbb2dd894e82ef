import { describe, expect, it } from 'vitest';
import {
  accountBody,
  accountOptions,
  accountValues,
  type Mailbox,
  mailboxBody,
  mailboxOptions,
  mailboxValues,
  newAccount,
  newMailbox,
} from './account-values.ts';

const row = {
  ...{ id: 1, created_at: '', updated_at: '', created_by_id: 3, updated_by_id: 3, preferences: {} },
  ...{ name: 'Support', active: true, last_success_at: null },
};
const server = { host: 'mx.example', port: 993, ssl: 'ssl', ssl_verify: true, user: 'desk' } as const;
const stars = '**********' as const;
const auth = {
  ...{ type: 'XOAUTH2', provider: 'microsoft' as const, tenant: 'example.org', client_id: 'c', client_secret: stars },
  ...{ refresh_token: stars, authorize_url: null, token_url: null, scope: null },
} satisfies Mailbox['options']['auth'];

describe('the form of a mailbox', () => {
  const inbound = { folder: 'INBOX', keep_on_server: true, move_to: null, poll_seconds: 60, trusted: false };
  const mailbox = {
    ...{ ...row, area: 'Email::Account', email: null, group_id: 2, status_in: null, last_log_in: null },
    options: { inbound: { adapter: 'imap', options: { ...server, ...inbound, password: stars } }, auth: null },
  } as const;

  it('says of what is stored what was answered, stars for the password', () => {
    const body = mailboxBody(mailboxValues(mailbox));
    expect(body).toMatchObject({ name: 'Support', email: null, group_id: 2, active: true });
    expect(body.options?.inbound).toEqual(mailbox.options.inbound);
    expect(body.options?.auth).toBeNull();
  });

  it('forgets the password where a provider opens the mailbox, and its words where the password does', () => {
    const values = mailboxValues({ ...mailbox, options: { ...mailbox.options, auth } });
    expect(mailboxBody(values).options).toMatchObject({
      inbound: { options: { password: null } },
      auth: { provider: 'microsoft', tenant: 'example.org', client_secret: stars, refresh_token: stars },
    });
    expect(mailboxBody({ ...values, way: 'password', password: 'x' }).options).toMatchObject({
      inbound: { options: { password: 'x' } },
      auth: null,
    });
  });

  it('moves, deletes or keeps', () => {
    const done = (afterwards: 'keep' | 'delete' | 'move') => {
      const { options } = mailboxOptions({ ...newMailbox, afterwards, move_to: 'Done' }).inbound;
      return [options.keep_on_server, options.move_to];
    };
    expect([done('keep'), done('delete'), done('move')]).toEqual([
      [true, null],
      [false, null],
      [false, 'Done'],
    ]);
  });
});

describe('the form of an account', () => {
  const account = {
    ...{
      ...row,
      area: 'Email::Outbound',
      addresses: ['a@x.org', '@y.org'],
      fallback: false,
      used: true,
      max_size_mb: 35,
    },
    ...{ status_out: null, last_log_out: null },
    options: { outbound: { adapter: 'smtp', options: { ...server, user: '', password: null } }, auth: null },
  } as const;

  it('says of what is stored what was answered', () => {
    const values = accountValues(account);
    expect(values).toMatchObject({ way: 'none', addresses: 'a@x.org\n@y.org' });
    expect(accountBody(values)).toMatchObject({ addresses: ['a@x.org', '@y.org'], fallback: false, max_size_mb: 35 });
    expect(accountBody({ ...values, max_size_mb: '' })).toMatchObject({ max_size_mb: null });
  });

  it('has no server where a program takes the mails', () => {
    expect(accountOptions({ ...newAccount, adapter: 'sendmail' })).toEqual({
      outbound: { adapter: 'sendmail', options: null },
      auth: null,
    });
  });
});
