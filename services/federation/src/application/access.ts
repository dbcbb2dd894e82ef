import { type Actor, hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';

/** Who may set up how this desk works together with others. @throws AppError forbidden `access.not-authorized` */
export function requireAdmin<A extends Actor>(actor: A | undefined): A {
  if (actor && hasPermission(actor, 'admin.integration')) return actor;
  throw new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}
