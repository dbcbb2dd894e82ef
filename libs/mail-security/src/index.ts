export type { CertificateFacts } from './certificate.ts';
export { type KeyPair, pemOf, type ReadKey, readKeys } from './keys.ts';
export { contentTypeOf, entityIn, splitHead } from './mime.ts';
export { isProtected, type KeyRing, type OpenedMail, openMail } from './open-mail.ts';
export { type SecurityReport, type Signer, type Trouble, troubles } from './report.ts';
export { type Sealing, sealMail } from './seal-mail.ts';
