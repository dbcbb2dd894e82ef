import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconLock, IconLockX, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import type { Security, SecurityPart } from '../article.ts';
import { type Article, ticketKeys } from '../queries.ts';
import classes from './delivery-mark.module.css';

/** What a key that has come may change. */
const curable = ['no-key', 'undecryptable', 'unknown-signer', 'untrusted'];

/** Whether a mail was signed, by whom, and whether it was encrypted; with the reason when something is wrong. */
export function SecurityMark({ article, security }: { article: Article; security: Security }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { sign, encryption, signer } = security;
  const reasons: Record<string, string> = {
    'no-key': t`No key of the desk opens it.`,
    undecryptable: t`It is damaged, or was made for another key.`,
    unsupported: t`It is protected in a way that the desk cannot read.`,
    malformed: t`Its protection is damaged.`,
    'in-part': t`Only a part of it is protected.`,
    'too-deep': t`It is wrapped too many times.`,
    altered: t`The mail was changed after it was signed.`,
    'unknown-signer': t`The key of the signer is not known.`,
    untrusted: t`No authority that the desk trusts vouches for the signer.`,
    expired: t`The key of the signer was not valid when the mail came.`,
    revoked: t`The signer has revoked the key.`,
    'not-for-mail': t`The certificate of the signer is not meant for mail.`,
    'other-address': t`It is signed by somebody else than it says it comes from.`,
    weak: t`It is signed in a way that is no longer safe.`,
  };
  const why = ({ reason, comment }: SecurityPart) => (reason !== null && reasons[reason]) || comment;
  const retry = useMutation({
    mutationFn: () => call('retrySecurityProcess', { params: { id: article.id } }),
    onSuccess: (now) => {
      const better = (now.sign.success && !sign.success) || (now.encryption.success && !encryption.success);
      notifyDone(better ? t`The mail was opened` : t`Nothing has changed: the key is still missing`);
      return cache.invalidateQueries({ queryKey: ticketKeys.articles(article.ticket_id) });
    },
    onError: (error) => notifyProblem(i18n, t`The mail could not be opened`, error),
  });
  const again = [sign.reason, encryption.reason].some((reason) => reason !== null && curable.includes(reason));
  const name = signer ?? '';
  return (
    <>
      {sign.success && (
        <div className={classes.mark} data-state="sent">
          <IconShieldCheck size={14} stroke={2} aria-hidden />
          <span>{name === '' ? t`Signed` : t`Signed by ${name}`}</span>
        </div>
      )}
      {!sign.success && sign.reason !== null && (
        <div className={classes.mark} data-state="failed">
          <IconShieldX size={14} stroke={2} aria-hidden />
          <span>
            {t`The signature is not believed`}
            <span className={classes.reason}> · {why(sign)}</span>
          </span>
        </div>
      )}
      {encryption.success && (
        <div className={classes.mark} data-state="sent">
          <IconLock size={14} stroke={2} aria-hidden />
          <span>{t`Encrypted on its way`}</span>
        </div>
      )}
      {!encryption.success && encryption.reason !== null && (
        <div className={classes.mark} data-state="failed">
          <IconLockX size={14} stroke={2} aria-hidden />
          <span>
            {t`The mail could not be decrypted`}
            <span className={classes.reason}> · {why(encryption)}</span>
          </span>
        </div>
      )}
      {again && (
        <Button size="compact-xs" variant="default" mt={6} loading={retry.isPending} onClick={() => retry.mutate()}>
          {t`Try again with the keys of today`}
        </Button>
      )}
    </>
  );
}
