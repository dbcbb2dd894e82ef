import { AppError } from '@helpmesh/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isDeeperThan } from '../domain/json-depth.ts';

/** Deeper than anything the API takes; what writes or walks JSON further on may then be recursive. */
const MAX_JSON_DEPTH = 64;

/** Reads a JSON body, of whatever media type it is. */
export function jsonBody(server: FastifyInstance) {
  // Keys that would change an object's prototype are dropped, as unknown fields are.
  const parse = server.getDefaultJsonParser('remove', 'remove');
  return (
    request: FastifyRequest,
    text: string | Buffer,
    done: (error: Error | null, body?: unknown) => void,
  ): void => {
    // Some clients announce JSON on DELETE and send none.
    if (text.length === 0) done(null, undefined);
    else {
      void parse(request, text as string, (error, body) => {
        if (!error && isDeeperThan(MAX_JSON_DEPTH, body)) done(tooDeep());
        else done(error, body);
      });
    }
  };
}

function tooDeep(): AppError {
  return new AppError('unreadable', 'http.json-too-deep', 'The body is nested too deeply.');
}
