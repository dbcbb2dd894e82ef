import {
  beginOpenIdLink,
  beginOpenIdSignIn,
  endOpenIdSessions,
  finishOpenIdLink,
  finishOpenIdSignIn,
  openIdSignOutUrl,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';

export const providerUrl = 'https://aai.example.org/auth?state=x';
export const linking = 'sealed-for-linking-0123456789';
export const transaction = 'sealed-by-identity-0123456789';

/** What identity was asked about sign-ins by a provider, oldest first. */
export const openIdHeard: { question: string; input: unknown; by: string | undefined }[] = [];

/** Identity, as far as sign-in by a provider goes: knows `egi`, the code `right`, and one logout token. */
@Controller()
export class OpenIdNeighbour {
  @Answers(beginOpenIdSignIn)
  begin({ actor }: RpcContext, input: { provider: string }) {
    openIdHeard.push({ question: 'begin', input, by: actor?.kind });
    if (input.provider !== 'egi') throw new AppError('not-found', 'openid.provider-unknown', 'No such provider.');
    return { url: providerUrl, transaction, maxAgeSeconds: 900 };
  }

  @Answers(finishOpenIdSignIn)
  finish({ actor }: RpcContext, input: { answer: string; transaction: string }) {
    openIdHeard.push({ question: 'finish', input, by: actor?.kind });
    if (input.transaction !== transaction) throw new AppError('unauthenticated', 'openid.not-started', 'Start again.');
    const code = new URLSearchParams(input.answer).get('code');
    if (code === 'broken') throw new AppError('bug', 'test.bug', 'only for our logs');
    if (code !== 'right') throw new AppError('unauthenticated', 'openid.refused', 'Not verified.');
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const session = { sessionToken: 'session-by-provider', csrfToken: 'csrf', userId: 4, expiresAt };
    return { ...session, returnTo: '/tickets/7' };
  }

  @Answers(beginOpenIdLink)
  beginLink({ actor }: RpcContext, input: { provider: string }) {
    openIdHeard.push({ question: 'begin-link', input, by: actor?.login });
    if (input.provider !== 'egi') throw new AppError('not-found', 'openid.provider-unknown', 'No such provider.');
    return { url: providerUrl, transaction: linking, maxAgeSeconds: 900 };
  }

  @Answers(finishOpenIdLink)
  finishLink({ actor }: RpcContext, input: { answer: string; transaction: string }) {
    openIdHeard.push({ question: 'finish-link', input, by: actor?.login });
    if (new URLSearchParams(input.answer).get('code') === 'right') return {};
    throw new AppError('invalid', 'openid.identity-exists', 'It belongs to somebody.');
  }

  @Answers(openIdSignOutUrl)
  signOutUrl(_ctx: RpcContext, { sessionToken }: { sessionToken: string }) {
    return { url: sessionToken === 'session-by-provider' ? 'https://aai.example.org/logout' : null };
  }

  @Answers(endOpenIdSessions)
  end({ actor }: RpcContext, input: { logoutToken: string }) {
    openIdHeard.push({ question: 'end', input, by: actor?.kind });
    if (input.logoutToken === 'good') return {};
    throw new AppError('unreadable', 'openid.logout-token-refused', 'The logout token is not valid.');
  }
}
