import type { FastifyReply } from 'fastify';
import { PAGE_POLICY } from '../domain/plain-page.ts';

/** A page that has a secret in its address: kept by no cache, told to no other page, found by no search. */
export function secretPage(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', PAGE_POLICY)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('x-robots-tag', 'noindex');
}
