import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type DigestScheme = 'hmac-sha256' | 'hmac-sha1' | 'hmac-md5' | 'md5-secret-body' | 'md5-body-secret' | 'plain';

const digestSchemes: readonly DigestScheme[] = [
  'hmac-sha256',
  'hmac-sha1',
  'hmac-md5',
  'md5-secret-body',
  'md5-body-secret',
  'plain',
];

/** What the guard header has to say for these bytes. */
export function digestOf(scheme: DigestScheme, secret: string, message: Buffer): string {
  switch (scheme) {
    case 'hmac-sha256':
      return createHmac('sha256', secret).update(message).digest('hex');
    case 'hmac-sha1':
      return createHmac('sha1', secret).update(message).digest('hex');
    case 'hmac-md5':
      return createHmac('md5', secret).update(message).digest('hex');
    case 'md5-secret-body':
      return createHash('md5').update(secret).update(message).digest('hex');
    case 'md5-body-secret':
      return createHash('md5').update(message).update(secret).digest('hex');
    case 'plain':
      return secret;
  }
}

/**
 * Finds the scheme and phrase that make what was given. Each is tried, whichever fits: how long it takes tells nothing.
 *
 * @param scheme  `auto` tries them all, the phrase itself (`plain`) only where `secure`
 * @returns the scheme that fits; undefined: none
 */
export function matchingScheme(
  given: string,
  {
    scheme,
    secrets,
    message,
    secure,
  }: { scheme: DigestScheme | 'auto'; secrets: readonly string[]; message: Buffer; secure: boolean },
): DigestScheme | undefined {
  let found: DigestScheme | undefined;
  const tried = scheme === 'auto' ? digestSchemes : [scheme];
  // A phrase in clear must not be the habit of a connection that everybody can read.
  for (const one of tried.filter((candidate) => secure || candidate !== 'plain')) {
    for (const secret of secrets) {
      const expected = digestOf(one, secret, message);
      if (isEqual(one === 'plain' ? given : given.trim().toLowerCase(), expected)) found ??= one;
    }
  }
  return found;
}

/** Over hashes: neither the length nor the place of the first difference shows. */
function isEqual(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(one, other);
}
