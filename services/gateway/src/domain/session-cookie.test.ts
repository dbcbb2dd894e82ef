import { describe, expect, it } from 'vitest';
import { SessionCookie } from './session-cookie.ts';

const value = '0123456789abcdef-_ABC';

describe('the session cookie', () => {
  it('is bound to the host over https', () => {
    const cookie = new SessionCookie('https://desk.example.com');
    expect(cookie.set(value, 60.9)).toBe(
      `__Host-helpmesh_session=${value}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60`,
    );
    expect(cookie.read(`__Host-helpmesh_session=${value}`)).toBe(value);
    expect(cookie.read(`helpmesh_session=${value}`)).toBeUndefined();
  });

  const cookie = new SessionCookie('http://localhost:8080');
  it.each([
    ['alone', `helpmesh_session=${value}`, value],
    ['among others', `a=b; helpmesh_session=${value};c=d`, value],
    ['twice', `helpmesh_session=${value}; helpmesh_session=${value}`, undefined],
    ['under a longer name', `xhelpmesh_session=${value}`, undefined],
    ['empty', 'helpmesh_session=', undefined],
    ['too short to be ours', 'helpmesh_session=abc', undefined],
    ['with signs we never use', `helpmesh_session=${value}%0d%0a`, undefined],
    ['not at all', 'a=b', undefined],
  ])('is read when it stands %s', (_where, header, expected) => expect(cookie.read(header)).toBe(expected));

  it('is taken back at sign-out', () => {
    expect(cookie.clear()).toBe('helpmesh_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0');
  });
});
