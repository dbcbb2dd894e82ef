import type { GroupSnapshot } from '@helpmesh/contracts';
import { escapeHtml } from '@helpmesh/kernel/template';
import { sanitize } from '../html/sanitize.ts';
import type { KeptGroup } from '../persistence/replica.store.ts';

/** Cleans the signature once, and not with every mail. Who told it before signatures were HTML told a text. */
export function keptGroup(told: GroupSnapshot): KeptGroup {
  const { signature, signatureHtml } = told;
  if (signatureHtml !== undefined) return { ...told, signatureHtml: signatureHtml && sanitize(signatureHtml) };
  return { ...told, signatureHtml: signature && escapeHtml(signature).replaceAll('\n', '<br>') };
}
