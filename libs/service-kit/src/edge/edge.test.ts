import { AppError, errorKinds } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { CursorCodec } from './cursor.ts';
import { problemOf, statusOf, zammadErrorOf } from './problem.ts';

describe('problem details', () => {
  it.each([
    ['unreadable', 400],
    ['invalid', 422],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['stale', 412],
    ['limited', 429],
    ['unavailable', 503],
    ['bug', 500],
  ] as const)('answers %s with %i', (kind, status) => {
    expect(statusOf(kind)).toBe(status);
    expect(problemOf(new AppError(kind, 'x.y', 'No.'))).toMatchObject({
      status,
      code: 'x.y',
      type: '/docs/errors#x.y',
    });
  });

  it('knows a status for every kind', () => {
    for (const kind of errorKinds) expect(statusOf(kind)).toBeGreaterThanOrEqual(400);
  });

  it('names fields, place and trace, and keeps the internal part inside', () => {
    const error = new AppError('invalid', 'ticket.refused', 'Title is missing.', 'canary', {
      fields: [{ pointer: '/title', detail: 'is missing' }],
    });
    const problem = problemOf(error, { instance: '/api/v1/tickets', traceId: 'abc' });
    expect(problem).toEqual({
      type: '/docs/errors#ticket.refused',
      title: 'The request was refused',
      status: 422,
      detail: 'Title is missing.',
      instance: '/api/v1/tickets',
      code: 'ticket.refused',
      traceId: 'abc',
      errors: [{ pointer: '/title', detail: 'is missing' }],
    });
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  it('says nothing of an error that is ours but its id', () => {
    expect(zammadErrorOf(new Error('canary'), 'Qx7')).toEqual({
      error: 'Error ID Qx7: Please contact your administrator.',
      error_human: 'Error ID Qx7: Please contact your administrator.',
    });
    expect(JSON.stringify(problemOf(new Error('canary')))).not.toContain('canary');
  });
});

describe('cursors', () => {
  const codec = new CursorCodec('a secret');
  const values = ['2026-03-02T09:00:00.000Z', 42, null, true];

  it('gives back what it was made of', () => {
    expect(codec.decode('tickets', codec.encode('tickets', values))).toEqual(values);
  });

  it.each([
    ['nothing', ''],
    ['nonsense', 'nonsense'],
    ['a changed position', codec.encode('tickets', values).replace(/^./, 'A')],
    ['the cursor of another list', codec.encode('users', values)],
    ['the cursor of another installation', new CursorCodec('other').encode('tickets', values)],
    ['a cut signature', codec.encode('tickets', values).slice(0, -2)],
  ])('refuses %s', (_what, cursor) => {
    expect(() => codec.decode('tickets', cursor)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'paging.cursor-refused' }),
    );
  });
});
