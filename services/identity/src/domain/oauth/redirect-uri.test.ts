import { describe, expect, it } from 'vitest';
import { isRedirectUri, isRegistered, withAnswer } from './redirect-uri.ts';

describe('an address that codes may be sent to', () => {
  it.each([
    'https://app.example/done',
    'https://app.example/done?tenant=7',
    'https://app.example:8443/',
    'http://localhost:3000/done',
    'http://127.0.0.1/done',
    'http://[::1]:9/done',
    'com.example.app:/done',
  ])('%s may be registered', (uri) => expect(isRedirectUri(uri)).toBe(true));

  it.each([
    ...['', 'done', '/done', '//app.example/done', 'app.example/done'],
    'http://app.example/done',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'https://app.example/done#here',
    'https://user:pass@app.example/',
    'https://*.app.example/',
    'https:app.example/done',
    'https://app.example/\ndone',
    'https://app.example/ done',
    'https://app.exämple/',
    ...['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'blob:https://a.example/x'],
    ...['urn:ietf:wg:oauth:2.0:oob', 'myapp://done', 'about:blank', 'ws://app.example/'],
    `https://app.example/${'x'.repeat(2_000)}`,
  ])('%j may not', (uri) => expect(isRedirectUri(uri)).toBe(false));

  const registered = ['https://app.example/done', 'http://127.0.0.1/done', 'http://localhost:3000/done'];
  it.each([
    ['https://app.example/done', true],
    ['http://127.0.0.1/done', true],
    ['http://127.0.0.1:51004/done', true],
    ['http://localhost:3000/done', true],
    ['http://localhost:3001/done', false],
    ['https://app.example/done/', false],
    ['https://app.example/done?x=1', false],
    ['https://app.example:443/done', false],
    ['https://APP.example/done', false],
    ['https://app.example/done%2f', false],
    ['http://app.example/done', false],
    ['http://127.0.0.1:51004/other', false],
    ['http://127.0.0.1:51004/done?x=1', false],
    ['http://127.0.0.1:51004.evil.example/done', false],
    ['http://127.0.0.1:x@evil.example/done', false],
    ['https://127.0.0.1/done', false],
    ['http://127.0.0.1:99999/done', false],
    ['http://[::1]/done', false],
    ['', false],
  ])('%s is registered: %s', (uri, known) => expect(isRegistered(registered, uri)).toBe(known));

  it('takes the answer into the query, beside what was there', () => {
    expect(withAnswer('https://a.example/?x=1', { code: 'a b', state: undefined })).toBe(
      'https://a.example/?x=1&code=a+b',
    );
    expect(withAnswer('com.example.app:/done', { error: 'access_denied', state: 'ä&' })).toBe(
      'com.example.app:/done?error=access_denied&state=%C3%A4%26',
    );
  });
});
