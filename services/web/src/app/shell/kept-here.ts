import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { notifyProblem } from '../../ui/notify.tsx';

/** A choice that could not be kept with the account holds on this device all the same. */
export function keptHere(i18n: I18n, error: Error): void {
  notifyProblem(i18n, i18n._(msg`Your choice holds on this device only`), error);
}
