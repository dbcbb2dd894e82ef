import { type Actor, administersAny, hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';

/** Who may set up how this desk works together with others. @throws AppError forbidden `access.not-authorized` */
export function requireAdmin<A extends Actor>(actor: A | undefined): A {
  if (actor && hasPermission(actor, 'admin.integration')) return actor;
  throw new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}

/**
 * The groups of whose agreements somebody may know: for administrators of communities theirs.
 * @returns null: all of them
 * @throws AppError forbidden `access.not-authorized`
 */
export function readersGroups(actor: Actor | undefined): readonly number[] | null {
  if (actor && !hasPermission(actor, 'admin.integration') && administersAny(actor)) return actor.administers ?? [];
  requireAdmin(actor);
  return null;
}
