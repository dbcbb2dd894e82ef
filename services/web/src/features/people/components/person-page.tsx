import { useLingui } from '@lingui/react/macro';
import { Anchor, Badge, Button, Container, Group, Skeleton, Title } from '@mantine/core';
import { IconEdit, IconPencilPlus, IconUserOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { NotFound } from '../../../app/shell/fallbacks.tsx';
import { Ago } from '../../../ui/ago.tsx';
import { PersonAvatar } from '../../../ui/person-avatar.tsx';
import { Section } from '../../../ui/section.tsx';
import { Empty } from '../../../ui/state-messages.tsx';
import { useMe } from '../../session/use-me.ts';
import { nameOf, organizationQuery, userQuery } from '../queries.ts';
import classes from './card.module.css';
import { CustomFacts, Fact, Facts, TicketsSection } from './card-parts.tsx';

/** Who somebody is, how to reach them, and what they asked for. */
export function PersonPage() {
  const { id } = useParams({ from: '/app/people/$id' });
  const { agent } = useMe();
  if (!agent) return <NotFound />;
  return <Person key={id} id={Number(id)} />;
}

function Person({ id }: { id: number }) {
  const { t } = useLingui();
  const { may } = useMe();
  const { data: user, error } = useQuery(userQuery(id));
  if (error && !user) {
    return (
      <Empty icon={IconUserOff} title={t`There is no such person`} level={1}>
        {t`They were deleted, or you are not allowed to see them.`}
      </Empty>
    );
  }
  if (!user) return <Skeleton height={200} m="lg" />;
  const name = nameOf(user);
  const vip = user.vip === true;
  return (
    <Container size="lg" py="lg" w="100%">
      <title>{`${name} · Helpmesh`}</title>
      <header className={classes.head}>
        <PersonAvatar name={name} image={user.image} size={48} />
        <div className={classes.heading}>
          <Title order={1}>{name}</Title>
          <Group gap={6}>
            {vip && <Badge color="yellow.9">VIP</Badge>}
            {!user.active && <Badge color="gray">{t`Not active`}</Badge>}
          </Group>
        </div>
        <Group gap="xs">
          {may('admin.user') && (
            <Button
              variant="default"
              leftSection={<IconEdit size={16} aria-hidden />}
              renderRoot={(props) => <Link {...props} to="/admin/users/$id" params={{ id: String(id) }} />}
            >
              {t`Edit`}
            </Button>
          )}
          <Button
            leftSection={<IconPencilPlus size={16} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/tickets/new" search={{ customer: String(id) }} />}
          >
            {t`New ticket`}
          </Button>
        </Group>
      </header>
      <div className={classes.columns}>
        <div className={classes.side}>
          <Section title={t`Contact`}>
            <Facts>
              <Fact name={t`E-mail address`}>
                {user.email && <Anchor href={`mailto:${user.email}`}>{user.email}</Anchor>}
              </Fact>
              <Fact name={t`Phone`}>{user.phone && <Anchor href={`tel:${user.phone}`}>{user.phone}</Anchor>}</Fact>
              <Fact name={t`Mobile`}>{user.mobile && <Anchor href={`tel:${user.mobile}`}>{user.mobile}</Anchor>}</Fact>
              <Fact name={t`Login`}>{user.login !== user.email && user.login}</Fact>
              <Fact name={t`Organization`}>
                {typeof user.organization_id === 'number' && <OrganizationLink id={user.organization_id} />}
              </Fact>
              <CustomFacts object="User" record={user} />
              <Fact name={t`Since`}>
                <Ago at={user.created_at} />
              </Fact>
            </Facts>
            {user.note && <p className={classes.note}>{user.note}</p>}
          </Section>
        </div>
        <TicketsSection of={{ customer_id: id }} />
      </div>
    </Container>
  );
}

function OrganizationLink({ id }: { id: number }) {
  const { data } = useQuery(organizationQuery(id));
  if (!data) return '…';
  return (
    <Link to="/organizations/$id" params={{ id: String(id) }} className={classes.link}>
      {data.name}
    </Link>
  );
}
