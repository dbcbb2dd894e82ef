import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconHandStop, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ago } from '../../ui/ago.tsx';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import classes from '../admin/components/admin-page.module.css';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { groupsQuery } from '../admin/queries.ts';
import { kindLabels } from './labels.ts';
import { OwnKeys } from './own-keys.tsx';
import { PeerBadges } from './peer-badges.tsx';
import {
  type Agreement,
  agreementsQuery,
  type Peer,
  peersQuery,
  proposalsQuery,
  switchQuery,
  turnSwitch,
} from './queries.ts';
import { Rows } from './rows.tsx';

/** With whom this desk works together, and how that stands. */
export function FederationPage() {
  const { t } = useLingui();
  return (
    <AdminPage title={t`Federation`}>
      <OutboundSwitch />
      <Peers />
      <Proposals />
      <Agreements />
      <OwnKeys />
      <Section
        title={t`PBA-S control panel`}
        lead={t`A control panel of hosting that opens tickets here and signs its contacts in.`}
      >
        <Link to="/admin/federation/$kind/$id" params={{ kind: 'pbas', id: 'settings' }} className={classes.link}>
          {t`Settings of the control panel`}
        </Link>
      </Section>
    </AdminPage>
  );
}

/** For an incident: nothing leaves this desk until somebody says so. */
function OutboundSwitch() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(switchQuery);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={56} />;
  if (data.stopped) {
    return (
      <Alert
        color="red"
        variant="light"
        icon={<IconHandStop aria-hidden />}
        title={t`Sending to other helpdesks is stopped`}
        role="status"
      >
        <Stack gap="sm" align="flex-start">
          <Text size="sm">{t`Nothing leaves this desk. What others send is still done here, and nothing is lost.`}</Text>
          <AskButton
            label={t`Go on sending`}
            question={t`Everything that has waited is sent at once.`}
            done={t`What has waited is being sent.`}
            deed={() => turnSwitch(false)}
            changes={['federation']}
          />
        </Stack>
      </Alert>
    );
  }
  return (
    <Group justify="flex-end">
      <AskButton
        label={t`Stop all sending`}
        color="red"
        question={t`Nothing is sent to any helpdesk until you go on. Tickets stay as they are on both sides, and what changes here waits.`}
        done={t`Nothing is sent any more.`}
        deed={() => turnSwitch(true)}
        changes={['federation']}
      />
    </Group>
  );
}

function Peers() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(peersQuery);
  return (
    <Section
      title={t`Helpdesks`}
      lead={t`Other desks that tickets are kept equal with.`}
      action={
        <Button
          renderRoot={(root) => (
            <Link {...root} to="/admin/federation/$kind/$id" params={{ kind: 'peers', id: 'new' }} />
          )}
          leftSection={<IconPlus size={16} aria-hidden />}
        >
          {t`Add a helpdesk`}
        </Button>
      }
    >
      <Rows
        label={t`Helpdesks`}
        rows={data}
        error={error}
        onRetry={() => void refetch()}
        none={t`There are none yet: tickets stay here.`}
      >
        {(peer) => <PeerRow key={peer.id} peer={peer} />}
      </Rows>
    </Section>
  );
}

function PeerRow({ peer }: { peer: Peer }) {
  const { t } = useLingui();
  const { id, name, node, tickets, last_success_at: last } = peer;
  return (
    <Item
      what={
        <>
          <Link to="/admin/federation/$kind/$id" params={{ kind: 'peers', id: String(id) }} className={classes.link}>
            {name}
          </Link>{' '}
          <PeerBadges peer={peer} />
        </>
      }
      facts={
        <>
          {node} · {t`tickets: ${tickets}`} ·{' '}
          {last ? (
            <Trans>
              last contact <Ago at={last} />
            </Trans>
          ) : (
            t`no contact yet`
          )}
        </>
      }
    />
  );
}

/** What other helpdesks propose; nothing at all while nobody does. */
function Proposals() {
  const { t } = useLingui();
  const { data = [] } = useQuery(proposalsQuery);
  const { data: peers = [] } = useQuery(peersQuery);
  if (data.length === 0) return null;
  return (
    <Section
      title={t`Proposed agreements`}
      lead={t`Other helpdesks ask you. Nothing is shared before somebody here accepts.`}
    >
      <ItemList label={t`Proposed agreements`}>
        {data.map(({ id, name, peer_id, created_at }) => (
          <Item
            key={id}
            what={
              <Link
                to="/admin/federation/$kind/$id"
                params={{ kind: 'proposals', id: String(id) }}
                className={classes.link}
              >
                {name}
              </Link>
            }
            facts={
              <>
                {peers.find((one) => one.id === peer_id)?.name} · <Ago at={created_at} />
              </>
            }
          />
        ))}
      </ItemList>
    </Section>
  );
}

function Agreements() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(agreementsQuery);
  return (
    <Section
      title={t`Agreements`}
      lead={t`What becomes of the tickets of a group: each has one active agreement at most.`}
      action={
        <Button
          renderRoot={(root) => (
            <Link {...root} to="/admin/federation/$kind/$id" params={{ kind: 'agreements', id: 'new' }} />
          )}
          leftSection={<IconPlus size={16} aria-hidden />}
        >
          {t`New agreement`}
        </Button>
      }
    >
      <Rows
        label={t`Agreements`}
        rows={data}
        error={error}
        onRetry={() => void refetch()}
        none={t`There are none yet: tickets stay here.`}
      >
        {(agreement) => <AgreementRow key={agreement.id} agreement={agreement} />}
      </Rows>
    </Section>
  );
}

function AgreementRow({
  agreement: { id, name, kind, active, group_id, list_address, peer_id, status, suspended_by },
}: {
  agreement: Agreement;
}) {
  const { t, i18n } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: peers = [] } = useQuery(peersQuery);
  const words = { proposed: t`Waits for the other side`, declined: t`Declined`, ended: t`Ended`, accepted: null };
  const rests = suspended_by === null ? null : t`Suspended`;
  const stands = words[status] ?? rests ?? (active ? null : t`Inactive`);
  const group = groups.find((one) => one.id === group_id)?.name ?? t`Group ${group_id}`;
  const other = peers.find((one) => one.id === peer_id)?.name ?? list_address;
  return (
    <Item
      what={
        <>
          <Link
            to="/admin/federation/$kind/$id"
            params={{ kind: 'agreements', id: String(id) }}
            className={classes.link}
          >
            {name}
          </Link>{' '}
          <Badge size="sm" variant="light">
            {i18n._(kindLabels[kind])}
          </Badge>{' '}
          {stands !== null && (
            <Badge size="sm" variant="light" color="gray">
              {stands}
            </Badge>
          )}
        </>
      }
      facts={[group, other].filter(Boolean).join(' → ')}
    />
  );
}
