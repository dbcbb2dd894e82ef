/**
 * Gets a token of a Helpmesh desk for the signature of your helpdesk, good for some minutes.
 *
 * Node 24 alone. FED_URL: https://desk.example.org/federation/v1; FED_NODE: the address by which that desk knows your
 * helpdesk; FED_KEY: a file with your private key, made when it is not there. Prints the token: FED_TOKEN=$(node
 * token.ts). `node token.ts keys` prints your public keys (a JWK Set), which the desk is given.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const { FED_URL = '', FED_NODE: node, FED_KEY: file = 'federation.pem' } = process.env;
if (!existsSync(file)) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}
const key = createPrivateKey(readFileSync(file));
const jwk = createPublicKey(key).export({ format: 'jwk' });
const kid = createHash('sha256').update(`${jwk.x}`).digest('hex').slice(0, 16);

if (process.argv[2] === 'keys') {
  process.stdout.write(`${JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] })}\n`);
} else {
  // What the desk is called, and where it gives tokens.
  const desk = (await (await fetch(FED_URL)).json()) as { node: string; tokenEndpoint: string };
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: node, sub: node, aud: desk.node, jti: randomUUID(), iat: now, exp: now + 60 };
  const text = `${part({ alg: 'ES256', kid, typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  const form = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${text}.${signature}`,
  };
  const response = await fetch(desk.tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) });
  const answer = (await response.json()) as { access_token: string };
  if (!response.ok) throw new Error(JSON.stringify(answer));
  process.stdout.write(`${answer.access_token}\n`);
}
