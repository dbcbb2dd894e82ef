import { oauthEndpoints, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';

type Input = ParsedInputOf<typeof oauthEndpoints.token>;
type Answer = { status: 200 | 400 | 401; body: Record<string, unknown> };

/** What identity was asked by programs, oldest first, and by whom it was signed. */
export const programsHeard: { endpoint: string; input: Input; by: string | undefined }[] = [];
export const answers: Record<200 | 400 | 401, Answer> = {
  200: { status: 200, body: { access_token: 'hma_x', token_type: 'Bearer' } },
  400: { status: 400, body: { error: 'invalid_grant', error_description: 'no' } },
  401: { status: 401, body: { error: 'invalid_client', error_description: 'no' } },
};

/** Identity, as far as programs go: the form says which answer it wants. */
@Controller()
export class OAuthNeighbour {
  @Answers(oauthEndpoints.token)
  token({ actor }: RpcContext, input: Input) {
    return hear('token', actor?.kind, input);
  }

  @Answers(oauthEndpoints.revoke)
  revoke({ actor }: RpcContext, input: Input) {
    return hear('revoke', actor?.kind, input);
  }

  @Answers(oauthEndpoints.introspect)
  introspect({ actor }: RpcContext, input: Input) {
    return hear('introspect', actor?.kind, input);
  }
}

function hear(endpoint: string, by: string | undefined, input: Input): Answer {
  programsHeard.push({ endpoint, input, by });
  const [wanted] = /\b(400|401)\b/.exec(input.form) ?? [];
  return wanted === '400' ? answers[400] : wanted === '401' ? answers[401] : answers[200];
}
