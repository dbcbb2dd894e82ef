import { AppError } from '@helpmesh/kernel';
import { sealMail } from '@helpmesh/mail-security';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { MailSealer } from '../application/ports.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';

/** Bytes of attachments: a mail that is signed or encrypted is in memory as a whole, several times over. */
const MOST_BYTES = 25 * 1024 * 1024;

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/**
 * The whole mail as it leaves, signed and encrypted; null: nothing is to be done to it. Encrypted anew at each try, so the
 * bytes of two tries differ; the Message-ID does not.
 * @throws AppError conflict `mail-key.*`: it cannot be protected as it is to be
 */
export async function sealed(mail: OutboundMail, parts: SendMailOptions, sealer: MailSealer): Promise<Buffer | null> {
  const sealing = await sealer.sealingOf(mail);
  if (!sealing) return null;
  if (mail.attachments.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES) {
    throw new AppError('conflict', 'mail-key.mail-too-large', 'The mail is too large to be signed or encrypted.');
  }
  // Lines that any server on the way hands on as they are.
  const { message } = await composer.sendMail({ ...parts, textEncoding: 'quoted-printable' });
  // An OpenPGP key may be younger than a mail that waited for it: it signs as of now.
  const at = sealing.type === 'PGP' ? Date.now() : mail.createdAt;
  return sealMail(message as Buffer, sealing, new Date(at));
}
