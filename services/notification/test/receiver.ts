import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@helpmesh/testing';

export interface Call {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a path does: a status, silence, or anything else. */
export type Behaviour = number | 'hang' | RequestListener;

/** A receiver of webhooks: a real server that keeps what it is called with. */
export async function receiver(tls?: { key: string; cert: string }) {
  const calls: Call[] = [];
  const behaviours = new Map<string, Behaviour>();
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '/';
      const body = Buffer.concat(chunks).toString();
      calls.push({ method: request.method ?? '', path, headers: request.headers, body });
      const behaviour = behaviours.get(path) ?? 200;
      if (behaviour === 'hang') return;
      if (typeof behaviour === 'function') return behaviour(request, response);
      response.writeHead(behaviour, { 'x-receiver': 'yes', 'set-cookie': 'a=b' }).end('thanks');
    });
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    calls,
    url: (path: string) => `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`,
    behave: (path: string, behaviour: Behaviour) => behaviours.set(path, behaviour),
    on: (path: string) => calls.filter((call) => call.path === path),
    called: (path: string, times = 1) =>
      waitFor(() => calls.filter((call) => call.path === path)[times - 1], { what: `call ${times} of ${path}` }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type Receiver = Awaited<ReturnType<typeof receiver>>;

/** Signed by itself, for receiver.example, until 2126; it guards nothing. */
export const ownCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgltBtGHAjJRPZXjkm
+2oE3Wvkz5DPL6ICMHeD05yc6ZyhRANCAASxRxNlU3TuUznh4qQLEytNkRbuBf+g
ldsRJM+XN7YqBivX21fhheCite2CzDVSQem5D1bipugmmuWxePTFJwXC
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBqjCCAVCgAwIBAgIUZ1W27bpWXUsXxBmweHFsw8g4uOwwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQcmVjZWl2ZXIuZXhhbXBsZTAgFw0yNjExMjEyMjE0MzlaGA8y
MTI2MTAyODIyMTQzOVowGzEZMBcGA1UEAwwQcmVjZWl2ZXIuZXhhbXBsZTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABLFHE2VTdO5TOeHipAsTK02RFu4F/6CV2xEk
z5c3tioGK9fbV+GF4KK17YLMNVJB6bkPVuKm6Caa5bF49MUnBcKjcDBuMB0GA1Ud
DgQWBBT382TyziQHjuxtDd/UVNbvSO47XTAfBgNVHSMEGDAWgBT382TyziQHjuxt
Dd/UVNbvSO47XTAPBgNVHRMBAf8EBTADAQH/MBsGA1UdEQQUMBKCEHJlY2VpdmVy
LmV4YW1wbGUwCgYIKoZIzj0EAwIDSAAwRQIhAN8ExCTniDKhKLXsWlBRsKFm7yoG
Vbcf424q8p92OCq8AiAI5Zg9AvWMZSlQt7+q2PezwpFkphT0btTzJbH800RJJA==
-----END CERTIFICATE-----
`,
};
