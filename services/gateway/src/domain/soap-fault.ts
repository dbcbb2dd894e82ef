import type { ErrorKind } from '@helpmesh/kernel';

/** Kinds of errors that are the caller's fault. */
const clients: readonly ErrorKind[] = [
  'invalid',
  'unreadable',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
];

/**
 * An error as clients of SOAP 1.1 know it.
 * @returns the status it travels with: SOAP wants 500, whose body each client reads; what was refused unread is 403,
 *   and 429 and 503 tell programs in between when to come again
 */
export function soapFault(kind: ErrorKind, code: string, detail: string): { status: number; envelope: string } {
  const status = kind === 'forbidden' ? 403 : kind === 'limited' ? 429 : kind === 'unavailable' ? 503 : 500;
  const side = clients.includes(kind) ? 'Client' : 'Server';
  const envelope =
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>' +
    `<faultcode>soap:${side}</faultcode><faultstring>${xmlText(detail)}</faultstring>` +
    `<detail><code>${xmlText(code)}</code></detail></soap:Fault></soap:Body></soap:Envelope>`;
  return { status, envelope };
}

/** Text inside an element. */
export function xmlText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no room for them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  );
}
