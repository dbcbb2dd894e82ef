import type { KeyPair } from './keys.ts';
import { type ContentType, canonical, contentTypeOf, decodedBody, type Entity, entityIn, partsOf } from './mime.ts';
import { type SecurityReport, type Trouble, troubles } from './report.ts';
import { decrypt } from './smime-encrypt.ts';
import { signedContent, type Trust, verifySignature } from './smime-sign.ts';

/** Signed, encrypted, and signed once more (RFC 2634 1.1 calls that triple wrapping), and one that a gateway adds. */
const MOST_LAYERS = 4;

export interface KeyRing extends Trust {
  own: readonly KeyPair[];
}

export interface OpenedMail {
  report: SecurityReport;
  /**
   * What is to be shown in place of the body of the mail: an entity of its own, with header and body. Null: the mail as it
   * came. Of a good signature it is what is signed, and nothing beside it.
   */
  content: Buffer | null;
  /** DER of the certificate by which the sender has signed, once that is believed. */
  certificate: Uint8Array<ArrayBuffer> | null;
}

type Layer =
  | { kind: 'signed'; signature: Buffer; content: Entity | null }
  | { kind: 'enveloped'; sealed: Buffer }
  | { kind: 'broken'; of: 'sign' | 'encryption'; reason: Trouble };

/** Whether something of a mail is signed or encrypted, so that it is worth to be opened. */
export function isProtected(raw: Uint8Array): boolean {
  const entity = entityIn(raw);
  return layerOf(entity) !== null || hidesLayer(entity);
}

/**
 * Opens a mail layer by layer. Only what the mail as a whole is wrapped in counts: of a part among others nobody can tell
 * what belongs to it, and text around an encrypted part is how its words are carried away (CVE-2017-17688).
 * @param from  the address of the sender as it is shown, lower case
 * @param at  when the mail came in: certificates had to be valid then
 * @returns null when nothing of it is signed or encrypted
 */
export async function openMail(
  raw: Uint8Array,
  keys: KeyRing,
  from: string | null,
  at: Date,
): Promise<OpenedMail | null> {
  const report: SecurityReport = {
    type: 'S/MIME',
    sign: { success: false, comment: null, reason: null, signer: null },
    encryption: { success: false, comment: null, reason: null },
  };
  let entity = entityIn(raw);
  let shown: Entity | null = null;
  let certificate: Uint8Array<ArrayBuffer> | null = null;
  let signatures = 0;
  for (let layers = 0; ; layers += 1) {
    const layer = layerOf(entity);
    if (!layer) break;
    if (layers === MOST_LAYERS) {
      refuse(report, layer.kind === 'enveloped' ? 'encryption' : 'sign', 'too-deep');
      break;
    }
    if (layer.kind === 'broken') {
      refuse(report, layer.of, layer.reason);
      break;
    }
    if (layer.kind === 'enveloped') {
      const met = decrypt(layer.sealed, keys.own);
      if (!met.ok) {
        refuse(report, 'encryption', met.reason);
        break;
      }
      report.encryption = { success: true, comment: null, reason: null };
      entity = entityIn(met.content);
      shown = entity;
      continue;
    }
    const content = layer.content && canonical(layer.content.whole);
    const met = await verifySignature(layer.signature, content, keys, from, at);
    signatures += 1;
    if (met.ok && (signatures === 1 || report.sign.success)) {
      report.sign = { success: true, comment: `${met.signer.name} <${from}>`, reason: null, signer: met.signer };
      certificate = met.certificate;
    } else if (!met.ok) {
      refuse(report, 'sign', met.reason);
      report.sign.signer = met.signer;
      certificate = null;
    }
    const inner = layer.content ?? within(layer.signature);
    if (!inner) break;
    // What stands beside a part that nobody vouches for is not hidden.
    if (met.ok || layer.content === null || layerOf(inner)) shown = inner;
    entity = inner;
  }
  const { sign, encryption } = report;
  if (!sign.success && sign.reason === null && !encryption.success && encryption.reason === null) {
    return hidesLayer(entity) ? { report: refuse(report, 'sign', 'in-part'), content: null, certificate: null } : null;
  }
  return { report, content: shown && Buffer.from(shown.whole), certificate: sign.success ? certificate : null };
}

function refuse(report: SecurityReport, what: 'sign' | 'encryption', reason: Trouble): SecurityReport {
  const said = { success: false, comment: troubles[reason], reason };
  if (what === 'sign') report.sign = { ...said, signer: null };
  else report.encryption = said;
  return report;
}

function layerOf(entity: Entity): Layer | null {
  const type = contentTypeOf(entity);
  if (!type) return null;
  if (type.type === 'multipart/signed') return detached(entity, type);
  if (!isPkcs7(type)) return null;
  const der = decodedBody(entity);
  const kind = type.params.get('smime-type')?.toLowerCase();
  if (!der) return { kind: 'broken', of: kind === 'signed-data' ? 'sign' : 'encryption', reason: 'malformed' };
  const id = oidAtStart(der);
  if (id === SIGNED) return { kind: 'signed', signature: der, content: null };
  if (id === ENVELOPED || id === AUTH_ENVELOPED) return { kind: 'enveloped', sealed: der };
  const of = kind === 'signed-data' || kind === 'compressed-data' ? 'sign' : 'encryption';
  return { kind: 'broken', of, reason: id === COMPRESSED ? 'unsupported' : 'malformed' };
}

function detached({ body }: Entity, { params }: ContentType): Layer | null {
  const protocol = params.get('protocol')?.toLowerCase();
  const parts = partsOf(body, params.get('boundary') ?? '');
  const broken = { kind: 'broken', of: 'sign', reason: 'malformed' } as const;
  // Of another kind than ours: it is shown as any mail.
  if (protocol !== undefined && !/^application\/(?:x-)?pkcs7-signature$/.test(protocol)) return null;
  const [content, signature, ...more] = parts ?? [];
  if (!content || !signature || more.length > 0) return broken;
  const second = entityIn(signature);
  if (!/^application\/(?:x-)?pkcs7-signature$/.test(contentTypeOf(second)?.type ?? '')) return broken;
  const der = decodedBody(second);
  return der ? { kind: 'signed', signature: der, content: entityIn(content) } : broken;
}

function within(signature: Buffer): Entity | null {
  try {
    const content = signedContent(signature);
    return content && entityIn(content);
  } catch {
    return null;
  }
}

function isPkcs7({ type, params }: ContentType): boolean {
  if (/^application\/(?:x-)?pkcs7-mime$/.test(type)) return true;
  return type === 'application/octet-stream' && /\.p7m$/i.test(params.get('name') ?? '');
}

/** A part among others is signed or encrypted: as lists and gateways leave it that put words of their own around it. */
function hidesLayer(entity: Entity): boolean {
  const type = contentTypeOf(entity);
  if (!type?.type.startsWith('multipart/')) return false;
  const parts = partsOf(entity.body, type.params.get('boundary') ?? '') ?? [];
  return parts.some((part) => layerOf(entityIn(part)) !== null);
}

const SIGNED = '2a864886f70d010702';
const ENVELOPED = '2a864886f70d010703';
const AUTH_ENVELOPED = '2a864886f70d0109100117';
const COMPRESSED = '2a864886f70d0109100109';

/** The identifier at the start of a ContentInfo, in hex; what the mail calls it may be wrong or missing. */
function oidAtStart(der: Buffer): string | null {
  if (der[0] !== 0x30) return null;
  const length = der[1] ?? 0;
  const at = 2 + (length > 0x80 ? length & 0x7f : 0);
  if (der[at] !== 0x06) return null;
  return der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0)).toString('hex');
}
