import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function capture() {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', stream: { write: (line: string) => void lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('logger', () => {
  it('writes one JSON line with time, level and message', () => {
    const { log, lines, last } = capture();
    log.info({ ticketId: 7 }, 'ticket opened');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toMatchObject({ level: 'info', msg: 'ticket opened', ticketId: 7 });
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it.each([
    ['a password', { password: 'canary' }],
    ['a token in a longer key', { apiTokenValue: 'canary' }],
    ['headers', { req: { headers: { authorization: 'Basic canary', cookie: 'canary' } } }],
    ['a mail body three levels down', { message: { parts: [{ body: 'canary' }] } }],
    ['an address', { from: 'canary@example.com' }],
    ['a list of addresses', { to: ['canary@example.com'] }],
    ['an address object', { sender: { name: 'canary', address: 'x@example.com' } }],
    ['a signing key', { HELPMESH_SIGNING_KEY: 'canary' }],
    ['the password in a URL', { DATABASE_URL: 'postgres://helpmesh:canary@db.example.com/ticket' }],
    ['an address under any key', { why: 'no such mailbox canary@example.com' }],
    ['a buffer', { content: Buffer.from('canary') }],
    ['a query failure', { err: Object.assign(new Error('boom'), { parameters: ['canary'], detail: 'canary' }) }],
    ['an address in an error message', { err: new Error('Key (email)=(canary@example.com) already exists') }],
    ['a cause', { err: new Error('outer', { cause: new Error('mail to canary@example.com failed') }) }],
  ])('masks %s', (_what, record) => {
    const { log, lines } = capture();
    log.error(record, 'it happened');
    expect(lines.join('')).not.toContain('canary');
  });

  it('masks addresses of an error that is logged alone', () => {
    const { log, lines } = capture();
    log.error(new Error('no mailbox canary@example.com'));
    expect(lines.join('')).not.toContain('canary');
    expect(lines.join('')).toContain('no mailbox ***');
  });

  it('keeps what is not private: states, ids, the code of an error and its cause', () => {
    const { log, last } = capture();
    const error = Object.assign(new Error('ticket.gone'), {
      kind: 'not-found',
      code: 'ticket.gone',
      internal: 'row 7',
    });
    log.warn({ from: 'open', to: 'closed', user: 3, err: error }, 'moved');
    expect(last()).toMatchObject({ from: 'open', to: 'closed', user: 3 });
    expect(last().err).toMatchObject({ code: 'ticket.gone', kind: 'not-found', internal: 'row 7' });
  });

  it('survives a record that contains itself', () => {
    const { log, lines } = capture();
    const loop: Record<string, unknown> = { id: 1 };
    loop.self = loop;
    log.info(loop, 'round');
    expect(lines).toHaveLength(1);
  });
});
