import { FederationWebhookChange, FederationWebhookDraft } from '@helpmesh/contracts';
import { z } from 'zod';
import { type Answer, type Caller, ok, precondition, type Request, type Route, read, Uuid } from '../door/answers.ts';
import { type ManageWebhooks, webhookBody } from './manage-webhooks.ts';

const Replay = z.strictObject({ after: z.number().int().min(0) });

/** `/federation/v1/webhooks`: addresses to which a peer wants what happens to be told. */
export function webhookRoutes(hooks: ManageWebhooks): Route[] {
  const one = async (peer: Caller, name: string) => hooks.get(peer, read(Uuid, name));
  const show = async (peer: Caller, { ifNoneMatch }: Request, name = ''): Promise<Answer> => {
    const hook = await one(peer, name);
    const etag = etagOf(hook);
    return ifNoneMatch === etag ? { status: 304, headers: { etag } } : ok(webhookBody(hook), { etag });
  };
  return [
    ['GET', /^webhooks$/, async (peer) => ok({ webhooks: (await hooks.list(peer)).map(webhookBody) })],
    [
      'POST',
      /^webhooks$/,
      async (peer, { body }) => {
        const { hook, keys } = await hooks.create(peer, read(FederationWebhookDraft, body));
        const headers = { location: `/federation/v1/webhooks/${hook.id}`, etag: etagOf(hook) };
        return { status: 201, headers, body: { ...webhookBody(hook), ...keys } };
      },
      'secret',
    ],
    ['GET', /^webhooks\/([^/]+)$/, show],
    [
      'PATCH',
      /^webhooks\/([^/]+)$/,
      async (peer, { body, ifMatch }, name = '') => {
        if (ifMatch === undefined) throw precondition('If-Match');
        const change = read(FederationWebhookChange, body);
        const hook = await hooks.update(peer, read(Uuid, name), change, Number(/^"v(\d{1,9})"$/.exec(ifMatch)?.[1]));
        return ok(webhookBody(hook), { etag: etagOf(hook) });
      },
    ],
    [
      'DELETE',
      /^webhooks\/([^/]+)$/,
      async (peer, _request, name = '') => {
        await hooks.remove(peer, read(Uuid, name));
        return { status: 204, headers: {} };
      },
    ],
    [
      'POST',
      /^webhooks\/([^/]+)\/rotate$/,
      async (peer, _request, name = '') => ok(await hooks.rotate(peer, read(Uuid, name))),
      'secret',
    ],
    [
      'POST',
      /^webhooks\/([^/]+)\/ping$/,
      async (peer, _request, name = '') => {
        await hooks.ping(peer, read(Uuid, name));
        return { status: 202, headers: {} };
      },
    ],
    [
      'POST',
      /^webhooks\/([^/]+)\/replay$/,
      async (peer, { body }, name = '') => {
        await hooks.replay(peer, read(Uuid, name), read(Replay, body).after);
        return { status: 202, headers: {} };
      },
    ],
    [
      'GET',
      /^webhooks\/([^/]+)\/deliveries$/,
      async (peer, _request, name = '') => {
        const calls = await hooks.calls(peer, read(Uuid, name));
        return ok({ deliveries: calls.map(({ id, at, ...call }) => ({ ...call, at: at.toISOString() })) });
      },
    ],
  ];
}

function etagOf({ version }: { version: number }): string {
  return `"v${version}"`;
}
