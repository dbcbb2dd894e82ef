import { Trans, useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { type GrantedApplication, grantedApplicationsQuery } from '../queries.ts';

/** Programs of others that may act for this person. Who has none need not read of it. */
export function GrantedApplications() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: applications = [] } = useQuery(grantedApplicationsQuery);
  const revoke = useMutation({
    mutationFn: (id: number) => call('revokeGrantedApplication', { params: { id } }),
    onSuccess: () => notifyDone(t`The application cannot act for you any more.`),
    onError: (error) => notifyProblem(i18n, t`The access was not taken back`, error),
    onSettled: () => cache.invalidateQueries({ queryKey: grantedApplicationsQuery.queryKey }),
  });
  if (applications.length === 0) return null;
  return (
    <Section title={t`Applications`} lead={t`Programs that may act for you. Take it back from those you do not use.`}>
      <ItemList label={t`Applications`}>
        {applications.map((application) => (
          <Row
            key={application.id}
            application={application}
            ending={revoke.isPending && revoke.variables === application.id}
            onRevoke={() => revoke.mutate(application.id)}
          />
        ))}
      </ItemList>
    </Section>
  );
}

interface RowProps {
  application: GrantedApplication;
  ending: boolean;
  onRevoke: () => void;
}

function Row({ application: { name, scopes, created_at, last_used_at }, ending, onRevoke }: RowProps) {
  const { t } = useLingui();
  return (
    <Item
      what={name}
      facts={
        <>
          {scopes.join(', ')} · <Trans>granted</Trans> <Ago at={created_at} />
          {' · '}
          {last_used_at ? (
            <>
              <Trans>last used</Trans> <Ago at={last_used_at} />
            </>
          ) : (
            t`never used`
          )}
        </>
      }
    >
      <Button
        variant="default"
        size="compact-sm"
        aria-label={t`Take back what ${name} may do`}
        loading={ending}
        onClick={onRevoke}
      >
        {t`Revoke`}
      </Button>
    </Item>
  );
}
