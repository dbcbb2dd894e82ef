import type { SecurityType } from './certificate.ts';
import { type ContentType, canonical, contentTypeOf, decodedBody, type Entity, entityIn, partsOf } from './mime.ts';
import { inlineIn, textEntity } from './pgp-inline.ts';
import { openCleartext, openMessage, type PgpRing, verifyDetached } from './pgp-open.ts';
import type { KeyPair } from './read-key.ts';
import { type SecurityReport, type Trouble, troubles } from './report.ts';
import { decrypt } from './smime-encrypt.ts';
import { signedContent, type Trust, type Verified, verifySignature } from './smime-sign.ts';

/** Signed, encrypted, and signed once more (RFC 2634 1.1 calls that triple wrapping), and one that a gateway adds. */
const MOST_LAYERS = 4;

const NO_KEYS: PgpRing = { own: [], contacts: [] };

export interface KeyRing extends Trust {
  own: readonly KeyPair[];
  pgp?: PgpRing;
}

export interface OpenedMail {
  report: SecurityReport;
  /**
   * What is to be shown in place of the body of the mail: an entity of its own, with header and body. Null: the mail as it
   * came. Of a good signature it is what is signed, and nothing beside it.
   */
  content: Buffer | null;
  /** DER of the certificate by which the sender has signed, once that is believed; null of OpenPGP. */
  certificate: Uint8Array<ArrayBuffer> | null;
}

type Broken = { type: SecurityType; kind: 'broken'; of: 'sign' | 'encryption'; reason: Trouble };
type SmimeLayer =
  | { type: 'S/MIME'; kind: 'signed'; signature: Buffer; content: Entity | null }
  | { type: 'S/MIME'; kind: 'enveloped'; sealed: Buffer };
type PgpLayer =
  | { type: 'PGP'; kind: 'signed'; signature: Buffer; content: Entity }
  /** A text with its signature below it. */
  | { type: 'PGP'; kind: 'cleartext'; armoured: string }
  /** `inline`: the text of the mail in which it stands. */
  | { type: 'PGP'; kind: 'enveloped'; sealed: Buffer; inline: Entity | null };
type Layer = SmimeLayer | PgpLayer | Broken;

/** What a layer turned out to be. */
interface Step {
  /** Undefined: it encrypts nothing. */
  decrypted?: true | Trouble;
  /** Undefined: it signs nothing. */
  verified?: Verified;
  inner: Entity | null;
  /** Without the layer nobody could read what is within. */
  hides: boolean;
}

/** Whether something of a mail is signed or encrypted, so that it is worth to be opened. */
export function isProtected(raw: Uint8Array): boolean {
  const entity = entityIn(raw);
  return layerOf(entity) !== null || hiddenLayer(entity) !== null;
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
    // What is wrapped in both ways is one kind of mail on the outside, and shown as such.
    if (!layer || (layers > 0 && layer.type !== report.type)) break;
    report.type = layer.type;
    if (layers === MOST_LAYERS) {
      refuse(report, layer.kind === 'enveloped' ? 'encryption' : 'sign', 'too-deep');
      break;
    }
    if (layer.kind === 'broken') {
      refuse(report, layer.of, layer.reason);
      break;
    }
    const { decrypted, verified, inner, hides } = await (layer.type === 'PGP'
      ? takenByPgp(layer, keys.pgp ?? NO_KEYS, from, at)
      : takenBySmime(layer, keys, from, at));
    if (decrypted !== undefined && decrypted !== true) {
      refuse(report, 'encryption', decrypted);
      break;
    }
    if (decrypted) report.encryption = { success: true, comment: null, reason: null };
    if (verified) signatures += 1;
    if (verified?.ok && (signatures === 1 || report.sign.success)) {
      report.sign = {
        success: true,
        comment: `${verified.signer.name} <${from}>`,
        reason: null,
        signer: verified.signer,
      };
      certificate = verified.certificate;
    } else if (verified && !verified.ok) {
      refuse(report, 'sign', verified.reason);
      report.sign.signer = verified.signer;
      certificate = null;
    }
    if (!inner) break;
    // What stands beside a part that nobody vouches for is not hidden.
    if (verified?.ok || hides || layerOf(inner)) shown = inner;
    entity = inner;
  }
  const { sign, encryption } = report;
  if (!sign.success && sign.reason === null && !encryption.success && encryption.reason === null) {
    const hidden = hiddenLayer(entity);
    if (!hidden) return null;
    report.type = hidden.type;
    return { report: refuse(report, 'sign', 'in-part'), content: null, certificate: null };
  }
  return { report, content: shown && Buffer.from(shown.whole), certificate: sign.success ? certificate : null };
}

async function takenBySmime(layer: SmimeLayer, keys: KeyRing, from: string | null, at: Date): Promise<Step> {
  if (layer.kind === 'enveloped') {
    const met = decrypt(layer.sealed, keys.own);
    return met.ok
      ? { decrypted: true, inner: entityIn(met.content), hides: true }
      : { decrypted: met.reason, inner: null, hides: true };
  }
  const content = layer.content && canonical(layer.content.whole);
  const verified = await verifySignature(layer.signature, content, keys, from, at);
  return { verified, inner: layer.content ?? within(layer.signature), hides: layer.content === null };
}

async function takenByPgp(layer: PgpLayer, ring: PgpRing, from: string | null, at: Date): Promise<Step> {
  const came = { from, at };
  if (layer.kind === 'signed') {
    const { content, signature } = layer;
    const verified = await verifyDetached(canonical(content.whole), signature.toString('latin1'), ring, came);
    return { verified, inner: content, hides: false };
  }
  if (layer.kind === 'cleartext') {
    const met = await openCleartext(layer.armoured, ring, came);
    if (!met) return { verified: { ok: false, reason: 'malformed', signer: null }, inner: null, hides: false };
    return { verified: met.verified, inner: textEntity(Buffer.from(met.text), null), hides: false };
  }
  const met = await openMessage(layer.sealed.toString('latin1'), ring, came);
  if ('refused' in met) return { decrypted: met.refused, inner: null, hides: true };
  const { encrypted, verified, content } = met;
  // Neither encrypted nor signed: packed, and called what it is not.
  if (!encrypted && !verified) return { decrypted: 'malformed', inner: null, hides: true };
  return {
    ...(encrypted && { decrypted: true as const }),
    ...(verified && { verified }),
    inner: layer.inline ? textEntity(content, layer.inline) : entityIn(content),
    hides: true,
  };
}

function refuse(report: SecurityReport, what: 'sign' | 'encryption', reason: Trouble): SecurityReport {
  const said = { success: false, comment: troubles[reason], reason };
  if (what === 'sign') report.sign = { ...said, signer: null };
  else report.encryption = said;
  return report;
}

function layerOf(entity: Entity): Layer | null {
  const type = contentTypeOf(entity);
  // Without one it is a text (RFC 2045 5.2); with two that differ nobody knows.
  if (!type) return entity.headers.has('content-type') ? null : inlineLayer(entity);
  if (type.type === 'multipart/signed') return detached(entity, type);
  if (type.type === 'multipart/encrypted') return pgpEncrypted(entity, type);
  if (type.type === 'text/plain') return inlineLayer(entity);
  if (!isPkcs7(type)) return null;
  const der = decodedBody(entity);
  const kind = type.params.get('smime-type')?.toLowerCase();
  const broken = (of: 'sign' | 'encryption', reason: Trouble): Layer => ({
    type: 'S/MIME',
    kind: 'broken',
    of,
    reason,
  });
  if (!der) return broken(kind === 'signed-data' ? 'sign' : 'encryption', 'malformed');
  const id = oidAtStart(der);
  if (id === SIGNED) return { type: 'S/MIME', kind: 'signed', signature: der, content: null };
  if (id === ENVELOPED || id === AUTH_ENVELOPED) return { type: 'S/MIME', kind: 'enveloped', sealed: der };
  const of = kind === 'signed-data' || kind === 'compressed-data' ? 'sign' : 'encryption';
  return broken(of, id === COMPRESSED ? 'unsupported' : 'malformed');
}

/** The signature of each protocol. */
const signatureTypes: Record<SecurityType, RegExp> = {
  'S/MIME': /^application\/(?:x-)?pkcs7-signature$/,
  PGP: /^application\/pgp-signature$/,
};

function detached({ body }: Entity, { params }: ContentType): Layer | null {
  const protocol = params.get('protocol')?.toLowerCase();
  const [content, signature, ...more] = partsOf(body, params.get('boundary') ?? '') ?? [];
  const second = signature && entityIn(signature);
  const named = protocol ?? (second && contentTypeOf(second)?.type) ?? '';
  const type = signatureTypes.PGP.test(named) ? 'PGP' : 'S/MIME';
  // Of another kind than ours: it is shown as any mail.
  if (protocol !== undefined && !signatureTypes[type].test(protocol)) return null;
  const broken = { type, kind: 'broken', of: 'sign', reason: 'malformed' } as const;
  if (!content || !second || more.length > 0) return broken;
  if (!signatureTypes[type].test(contentTypeOf(second)?.type ?? '')) return broken;
  const bytes = decodedBody(second);
  return bytes ? { type, kind: 'signed', signature: bytes, content: entityIn(content) } : broken;
}

/** RFC 3156 4: what it is, and the message. */
function pgpEncrypted({ body }: Entity, { params }: ContentType): Layer | null {
  if (params.get('protocol')?.toLowerCase() !== 'application/pgp-encrypted') return null;
  const [control, message, ...more] = partsOf(body, params.get('boundary') ?? '') ?? [];
  const broken = { type: 'PGP', kind: 'broken', of: 'encryption', reason: 'malformed' } as const;
  if (!control || !message || more.length > 0) return broken;
  if (contentTypeOf(entityIn(control))?.type !== 'application/pgp-encrypted') return broken;
  const sealed = decodedBody(entityIn(message));
  return sealed ? { type: 'PGP', kind: 'enveloped', sealed, inline: null } : broken;
}

function inlineLayer(entity: Entity): Layer | null {
  const found = inlineIn(entity);
  if (!found) return null;
  const { kind, armoured, alone } = found;
  if (!alone) return { type: 'PGP', kind: 'broken', of: kind === 'message' ? 'encryption' : 'sign', reason: 'in-part' };
  return kind === 'message'
    ? { type: 'PGP', kind: 'enveloped', sealed: armoured, inline: entity }
    : { type: 'PGP', kind: 'cleartext', armoured: armoured.toString() };
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
function hiddenLayer(entity: Entity): Layer | null {
  const type = contentTypeOf(entity);
  if (!type?.type.startsWith('multipart/')) return null;
  for (const part of partsOf(entity.body, type.params.get('boundary') ?? '') ?? []) {
    const layer = layerOf(entityIn(part));
    if (layer) return layer;
  }
  return null;
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
