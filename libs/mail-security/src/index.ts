export type { KeyFacts, SecurityType } from './certificate.ts';
export { publicText, readKeys } from './keys.ts';
export { contentTypeOf, entityIn, splitHead } from './mime.ts';
export { isProtected, type KeyRing, type OpenedMail, openMail } from './open-mail.ts';
export { generatePgpKey, mergePgpKeys } from './pgp-keys.ts';
export type { KeyPair, ReadKey } from './read-key.ts';
export { type SecurityReport, type Signer, type Trouble, troubles } from './report.ts';
export { type Sealing, sealMail } from './seal-mail.ts';
