import { type Actor, hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';

/** @throws AppError forbidden unless the actor looks after webhooks */
export function requireWebhookAdmin<A extends Actor>(actor: A | undefined): A {
  if (actor && hasPermission(actor, 'admin.webhook')) return actor;
  throw notAuthorized();
}

/** Who writes rules chooses webhooks for them. @throws AppError forbidden */
export function requireWebhookReader(actor: Actor | undefined): Actor {
  const readers = ['admin.webhook', 'admin.trigger', 'admin.scheduler', 'admin.macro'];
  if (actor && readers.some((permission) => hasPermission(actor, permission))) return actor;
  throw notAuthorized();
}

function notAuthorized(): AppError {
  return new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}
