import type { MailAccountTest } from '@helpmesh/contracts';
import { epochMs, uuidv7 } from '@helpmesh/kernel';
import type { MailWire, SendingAccount } from '../application/ports.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import { SmtpWire, wordsOf } from './smtp-wire.ts';

type Step = MailAccountTest['steps'][number]['step'];

/** The caller waits for the answer; a server that takes longer is told to be too slow. */
const WHOLE_MS = 8_000;

/** Looks whether mails could leave by an account, step by step; behind the first step that fails nothing is tried. */
export async function tryAccount(
  account: SendingAccount,
  mail: { from: string; to: string } | null,
  wireTo: (account: SendingAccount) => MailWire,
  now: number,
): Promise<MailAccountTest> {
  const steps: MailAccountTest['steps'] = [];
  const well = (step: Step, detail: string | null = null) => steps.push({ step, ok: true, detail });
  const end = (step: Step, detail: string): MailAccountTest => {
    steps.push({ step, ok: false, detail });
    return { ok: false, steps };
  };
  const limit = AbortSignal.timeout(WHOLE_MS);
  if (account.accessToken) {
    try {
      await account.accessToken.get();
      well('permission');
    } catch (error) {
      return end('permission', wordsOf(error as Error));
    }
  }
  let wire: MailWire | undefined;
  try {
    wire = wireTo(account);
    if (wire instanceof SmtpWire) {
      const slow = new Promise<never>((_, reject) =>
        limit.addEventListener('abort', () => reject(new Error('the server takes too long'))),
      );
      await Promise.race([wire.verify(), slow]);
      well('connect');
      if (account.accessToken || account.server?.user) well('sign-in');
    }
    if (!mail) return { ok: true, steps };
    const met = await wire.send(testMail(mail, now), limit);
    if ('permanent' in met) return end('send', met.reason);
    const [refusal] = met.refusals;
    if (refusal) return end('send', refusal.reason);
    well('send', met.response);
    return { ok: true, steps };
  } catch (error) {
    if ((error as { code?: string }).code !== 'EAUTH') return end('connect', wordsOf(error as Error));
    well('connect');
    return end('sign-in', wordsOf(error as Error));
  } finally {
    wire?.close();
  }
}

function testMail({ from, to }: { from: string; to: string }, now: number): OutboundMail {
  const id = uuidv7();
  const at = epochMs(now);
  return {
    ...{ id, kind: 'test', ticketId: null, articleId: null, correlationId: id, causationId: id, traceparent: null },
    ...{ automatic: true, guardAddress: null, from: { name: '', address: from }, replyTo: null },
    ...{ to: [{ name: '', address: to }], cc: [], bcc: [], remaining: [to], refused: [], secret: false },
    subject: 'Test of a mail account',
    text: 'This mail was sent to try a mail account of the help desk. Nobody needs to answer it.\n',
    ...{ html: null, messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`, inReplyTo: null, references: [] },
    ...{
      attachments: [],
      linked: [],
      security: null,
      state: 'sending',
      attempts: 1,
      dueAt: null,
      queuedAt: at,
      createdAt: at,
      lastError: null,
    },
  };
}
