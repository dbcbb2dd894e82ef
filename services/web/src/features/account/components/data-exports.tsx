import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { fileSize } from '../../../ui/time.ts';
import { useMe } from '../../session/use-me.ts';
import { type DataExport, dataExportsQuery } from '../queries.ts';

/** Everything that is kept about this person as one file, and what they ordered of others. */
export function DataExports() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { me } = useMe();
  const { data: archives } = useQuery(dataExportsQuery);
  const order = useMutation({
    mutationFn: () => call('createDataExport', { body: {} }),
    onSuccess: () => notifyDone(t`Your archive is being made. A mail tells you when it is ready.`),
    onError: (error) => notifyProblem(i18n, t`The archive was not ordered`, error),
    onSettled: () => cache.invalidateQueries({ queryKey: dataExportsQuery.queryKey }),
  });
  return (
    <Section
      title={t`Your data`}
      lead={t`Everything that is kept about you, as a ZIP file: your profile, your tickets with their files, mails to you. It stays here for a week.`}
      action={
        <Button variant="default" loading={order.isPending} onClick={() => order.mutate()}>
          {t`Download my data`}
        </Button>
      }
    >
      {!archives && <Skeleton height={48} />}
      <ItemList label={t`Archives`}>
        {archives?.map((archive) => (
          <Row key={archive.id} archive={archive} own={archive.user_id === me.id} />
        ))}
      </ItemList>
    </Section>
  );
}

function Row({ archive, own }: { archive: DataExport; own: boolean }) {
  const { t, i18n } = useLingui();
  const { id, user_id: userId, state, size, progress, created_at, expires_at } = archive;
  return (
    <Item
      what={own ? t`Your data` : t`Data of user ${userId}`}
      facts={
        <>
          <Trans>ordered</Trans> <Ago at={created_at} />
          {' · '}
          {state === 'ready' && (
            <>
              {fileSize(i18n.locale, size ?? 0)} · <Trans>until</Trans> {i18n.date(expires_at, { dateStyle: 'medium' })}
            </>
          )}
          {state === 'waiting' && t`waiting`}
          {state === 'running' && t`being made: ${fileSize(i18n.locale, progress.bytes)} so far`}
          {state === 'failed' && t`could not be made`}
          {state === 'expired' && t`not there any more`}
        </>
      }
    >
      {state === 'ready' && (
        <Button
          component="a"
          href={`/api/v1/data_exports/${id}/download`}
          download
          variant="default"
          size="compact-sm"
          aria-label={own ? t`Download your data` : t`Download the data of user ${userId}`}
        >
          {t`Download`}
        </Button>
      )}
    </Item>
  );
}
