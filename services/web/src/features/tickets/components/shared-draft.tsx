import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyProblem } from '../../../ui/notify.tsx';
import { ticketKeys } from '../queries.ts';
import { sharedDraftQuery, takeOver } from '../shared-draft.ts';
import classes from './waiting-item.module.css';
import { excerptOf } from './waiting-item.tsx';

/** An answer that a colleague has parked here, to go on with. */
export function SharedDraft({ ticketId }: { ticketId: number }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: draft } = useQuery(sharedDraftQuery(ticketId));
  const { mutate, isPending } = useMutation({
    mutationFn: (deed: () => Promise<unknown>) => deed(),
    onSettled: () => cache.invalidateQueries({ queryKey: ticketKeys.sharedDraft(ticketId) }),
    onError: (error) => notifyProblem(i18n, t`The change was not saved`, error),
  });
  if (!draft) return null;
  const { body } = draft.new_article;
  return (
    <ul className={classes.list} aria-label={t`Shared draft`}>
      <li className={classes.item}>
        <IconUsersGroup size={18} aria-hidden />
        <div className={classes.what}>
          <div>
            {t`Shared draft of ${draft.updated_by ?? '–'}`} · <Ago at={draft.updated_at} />
          </div>
          <div className={classes.excerpt}>{excerptOf(typeof body === 'string' ? body : '')}</div>
        </div>
        <div className={classes.buttons}>
          <Button
            size="compact-sm"
            variant="default"
            loading={isPending}
            onClick={() => mutate(() => takeOver(cache, ticketId))}
          >
            {t`Go on with it`}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={isPending}
            onClick={() => mutate(() => call('deleteSharedDraft', { params: { id: ticketId } }))}
          >
            {t`Discard`}
          </Button>
        </div>
      </li>
    </ul>
  );
}
