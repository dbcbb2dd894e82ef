import type { MailAccountTest } from '@helpmesh/contracts';
import type { Credential, MailboxSource } from '../application/ports.ts';
import { imapClient } from './imap/imap-client.ts';
import { Pop3Client } from './pop3/pop3-client.ts';
import { wordsOf } from './words-of.ts';

type Step = MailAccountTest['steps'][number];

/** The caller waits for the answer; a server that takes longer is told to be too slow. */
const CONNECT_MS = 4_000;
const WHOLE_MS = 8_000;

/** Looks whether a mailbox can be fetched, step by step; behind the first step that fails nothing is tried. */
export async function tryMailbox(source: MailboxSource): Promise<MailAccountTest> {
  const steps: Step[] = [];
  const well = (step: Step['step'], detail: string | null = null) => steps.push({ step, ok: true, detail });
  const end = (step: Step['step'], error: unknown): MailAccountTest => {
    steps.push({ step, ok: false, detail: wordsOf(error) });
    return { ok: false, steps };
  };
  let opened: Credential;
  try {
    opened = await source.credential();
    if ('accessToken' in opened) well('permission');
  } catch (error) {
    return end('permission', error);
  }
  const attempt = source.protocol === 'pop3' ? tryPop3 : tryImap;
  const failed = await attempt(source, opened, well);
  if (failed) return end(failed.step, failed.error);
  return { ok: true, steps };
}

type Failed = { step: Step['step']; error: unknown } | undefined;

async function tryImap(
  source: MailboxSource,
  credential: Credential,
  well: (step: Step['step'], detail?: string) => void,
): Promise<Failed> {
  const client = imapClient(source, credential, { connectMs: CONNECT_MS, greetingMs: CONNECT_MS });
  client.on('error', () => undefined);
  const timer = setTimeout(() => client.close(), WHOLE_MS);
  try {
    try {
      await client.connect();
    } catch (error) {
      if (!(error as { authenticationFailed?: boolean }).authenticationFailed) return { step: 'connect', error };
      well('connect');
      source.refused();
      return { step: 'sign-in', error };
    }
    well('connect');
    well('sign-in');
    try {
      const { exists } = await client.mailboxOpen(source.folder, { readOnly: true });
      if (typeof source.afterwards === 'object') await client.status(source.afterwards.move, { messages: true });
      well('folder', String(exists));
    } catch (error) {
      return { step: 'folder', error };
    }
    await client.logout().catch(() => undefined);
    return undefined;
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

async function tryPop3(
  source: MailboxSource,
  credential: Credential,
  well: (step: Step['step'], detail?: string) => void,
): Promise<Failed> {
  const client = new Pop3Client(source, CONNECT_MS);
  const timer = setTimeout(() => client.close(), WHOLE_MS);
  let step: Step['step'] = 'connect';
  try {
    await client.connect();
    well(step);
    step = 'sign-in';
    await client.signIn(credential);
    well(step);
    step = 'folder';
    well(step, String((await client.mails()).length));
    await client.quit();
    return undefined;
  } catch (error) {
    if (step === 'sign-in') source.refused();
    return { step, error };
  } finally {
    clearTimeout(timer);
    client.close();
  }
}
