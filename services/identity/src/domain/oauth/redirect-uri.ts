const loopback = new Set(['127.0.0.1', '[::1]']);

/**
 * An address that codes may be sent to, as it is registered: https anywhere, http on the same machine, or a scheme that
 * belongs to an app (`com.example.app:/done`, RFC 8252 7.1). Never one that a browser would carry out or show.
 */
export function isRedirectUri(text: string): boolean {
  if (text.length > 2_000 || !/^[\x21-\x7e]+$/.test(text) || text.includes('#') || text.includes('*')) return false;
  const url = URL.parse(text);
  if (!url) return false;
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return text.startsWith('https://');
  if (url.protocol === 'http:') return url.hostname === 'localhost' || loopback.has(url.hostname);
  // A reverse domain name: what no browser knows by itself (`javascript:`, `data:`) has no dot.
  return /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/.test(url.protocol);
}

/**
 * The same letter by letter; only the port of a loopback address is the app's to choose when it starts (RFC 8252 7.3).
 */
export function isRegistered(registered: readonly string[], asked: string): boolean {
  return (
    registered.includes(asked) || registered.some((one) => withoutLoopbackPort(one) === withoutLoopbackPort(asked))
  );
}

function withoutLoopbackPort(uri: string): string | null | symbol {
  const [, scheme, host, rest] = /^(http:\/\/)(127\.0\.0\.1|\[::1\])(?::\d{1,5})?((?:[/?].*)?)$/.exec(uri) ?? [];
  // What is no loopback address is like no other; nor is what has a port that there is none of.
  return scheme === undefined || !URL.canParse(uri) ? Symbol(uri) : `${scheme}${host}${rest}`;
}

/** The address with the answer in its query, beside what was there before. */
export function withAnswer(redirectUri: string, answer: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(answer).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${new URLSearchParams(pairs)}`;
}
