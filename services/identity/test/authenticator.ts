import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** Flags of authenticator data (WebAuthn 6.1). */
const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

interface Options {
  challenge: string;
  [name: string]: unknown;
}

export interface Answering {
  origin?: string;
  /** Unlocked by its owner; default true. */
  verified?: boolean;
  /** Without growing, as a copy would; default false. */
  stale?: boolean;
}

/** A security key made of software: ES256, counts its uses, holds one discoverable credential. */
export class SoftAuthenticator {
  readonly id = randomBytes(16);
  private counter = 0;
  private handle = '';
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(
    private readonly origin = 'https://desk.example.com',
    private readonly rpId = new URL(origin).hostname,
  ) {}

  /** Answers options of `navigator.credentials.create`. */
  create(options: Options, { origin = this.origin, verified = true }: Answering = {}) {
    this.handle = (options.user as { id: string }).id;
    const attested = Buffer.concat([
      Buffer.alloc(16), // no model is told
      Buffer.of(0, this.id.length),
      this.id,
      isoCBOR.encode(coseKey(this.keys.publicKey)),
    ]);
    const authData = Buffer.concat([this.head(verified, ATTESTED), attested]);
    const attestation = isoCBOR.encode(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ]) as never,
    );
    return this.answer({
      clientDataJSON: clientData('webauthn.create', options.challenge, origin).toString('base64url'),
      attestationObject: Buffer.from(attestation).toString('base64url'),
      transports: ['usb'],
    });
  }

  /** Answers options of `navigator.credentials.get`. */
  get(options: Options, { origin = this.origin, verified = true, stale = false }: Answering = {}) {
    if (!stale) this.counter += 1;
    const authData = this.head(verified, 0);
    const data = clientData('webauthn.get', options.challenge, origin);
    const signed = Buffer.concat([authData, createHash('sha256').update(data).digest()]);
    return this.answer({
      clientDataJSON: data.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, this.keys.privateKey).toString('base64url'),
      userHandle: this.handle,
    });
  }

  private head(verified: boolean, more: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.counter);
    const flags = PRESENT | (verified ? VERIFIED : 0) | more;
    return Buffer.concat([createHash('sha256').update(this.rpId).digest(), Buffer.of(flags), count]);
  }

  private answer(response: Record<string, unknown>) {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key' as const, response, clientExtensionResults: {} };
  }
}

function clientData(type: string, challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

/** A P-256 key in COSE form (RFC 9053 7.1.1). */
function coseKey(key: KeyObject): never {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
    [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
  ]) as never;
}
