import { type Actor, answerScim, type ParsedInputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';

type Input = ParsedInputOf<typeof answerScim>;

/** What identity was asked in SCIM, and for whom, oldest first. */
export const scimHeard: { input: Input; actor: Actor | undefined }[] = [];

export const scimUser = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: '7', userName: 'ada' };

/** Identity, as far as SCIM goes: knows user 7. */
@Controller()
export class ScimNeighbour {
  @Answers(answerScim)
  answer({ actor }: RpcContext, input: Input) {
    scimHeard.push({ input, actor });
    const { method, id } = input;
    if (id === 'taken') throw new AppError('conflict', 'scim.uniqueness', 'It is taken.');
    if (id === 'filter') throw new AppError('unreadable', 'scim.invalid-filter', 'No such filter.');
    if (id === 'refused') throw new AppError('invalid', 'identity.refused', 'Refused.');
    if (id === 'stale') throw new AppError('stale', 'scim.version', 'Another version.');
    if (id === 'bug') throw new AppError('bug', 'test.bug', 'only for our logs', 'nobody reads this');
    if (method === 'DELETE') return { status: 204 };
    const location = 'https://desk.example.com/scim/v2/Users/7';
    return { status: method === 'POST' ? 201 : 200, body: scimUser, etag: 'W/"1"', location };
  }
}
