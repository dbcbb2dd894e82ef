import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A call, as it came. */
export interface Heard {
  path: string;
  headers: Record<string, string>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  body: any;
}

type Answer = (heard: Heard) => { status: number; body: string };

/** Says yes: it repeats the challenge. */
export const echo: Answer = ({ body }) => ({ status: 200, body: JSON.stringify({ challenge: body.data.challenge }) });

export type Receiver = Awaited<ReturnType<typeof receiver>>;

/** Somebody else's server that is told what happens. */
export async function receiver() {
  const heard: Heard[] = [];
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      const text = bytes.toString();
      const path = request.url ?? '';
      const one = { path, headers: request.headers as Record<string, string>, text, body: JSON.parse(text) };
      heard.push(one);
      const { status, body } = (answers.get(path) ?? echo)(one);
      response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    at: (path: string) => heard.filter((one) => one.path === path),
    answer: (path: string, answer: Answer) => void answers.set(path, answer),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `v1a` of Standard Webhooks, as a receiver checks it. @param publicKey  `whpk_…` */
export function isSignedBy(publicKey: string, headers: Record<string, string>, text: string): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`);
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, signed, key, Buffer.from(one.slice(4), 'base64')));
}
