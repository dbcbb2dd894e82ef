import type { Actor, InputOf, OutputOf, QuestionDefinition } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import type { TestDesk } from './desk.ts';

interface Who {
  permissions?: string[];
  userId?: number;
  administers?: number[];
}

const person = (permissions: string[], userId: number, administers: number[] | undefined): Actor => ({
  ...{ kind: 'user', userId, login: 'admin@example.com', permissions, groups: {} },
  ...{ organizationIds: [], sharedOrganizationIds: [], locale: 'en', via: 'session' },
  ...(administers && { administers }),
});

/** Asks as the gateway does for a person; default: an administrator of mail channels. */
export function asking(desk: TestDesk) {
  const rpc = new RpcClient(desk.bus);
  const gateway = new ActorSigner({ service: 'gateway', key: desk.keys.pairs.gateway?.privateKey ?? '' });
  const asked = ({ permissions = ['admin.channel_email'], userId = 3, administers }: Who) =>
    gateway.for(person(permissions, userId, administers));
  return <Q extends QuestionDefinition>(
    question: Q,
    input: { params?: object; query?: object; body?: object },
    who: Who = {},
  ): Promise<OutputOf<Q>> =>
    rpc.call(question, { params: {}, query: {}, body: undefined, ...input } as InputOf<Q>, {
      actor: asked(who),
      timeoutMs: 15_000,
    });
}
