import { Plural, useLingui } from '@lingui/react/macro';
import { Badge, Button, Container, Group, Skeleton, Title } from '@mantine/core';
import { IconBuildingOff, IconEdit } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { NotFound } from '../../../app/shell/fallbacks.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Empty } from '../../../ui/state-messages.tsx';
import { useMe } from '../../session/use-me.ts';
import { membersQuery, nameOf, organizationQuery } from '../queries.ts';
import classes from './card.module.css';
import { CustomFacts, Fact, Facts, TicketsSection } from './card-parts.tsx';

/** More are counted, and found by the search. */
const MOST_MEMBERS = 50;

/** Who belongs together, and what they asked for. */
export function OrganizationCardPage() {
  const { id } = useParams({ from: '/app/organizations/$id' });
  const { agent } = useMe();
  if (!agent) return <NotFound />;
  return <OrganizationCard key={id} id={Number(id)} />;
}

function OrganizationCard({ id }: { id: number }) {
  const { t } = useLingui();
  const { may } = useMe();
  const { data: organization, error } = useQuery(organizationQuery(id));
  const { member_ids: primary = [], secondary_member_ids: secondary = [] } = organization ?? {};
  const ids = [...primary, ...secondary];
  const { data: members = [] } = useQuery(membersQuery(ids.slice(0, MOST_MEMBERS)));
  if (error && !organization) {
    return (
      <Empty icon={IconBuildingOff} title={t`There is no such organization`} level={1}>
        {t`It was deleted, or you are not allowed to see it.`}
      </Empty>
    );
  }
  if (!organization) return <Skeleton height={200} m="lg" />;
  const { name, vip, active, shared, domain, domain_assignment, note } = organization;
  return (
    <Container size="lg" py="lg" w="100%">
      <title>{`${name} · Helpmesh`}</title>
      <header className={classes.head}>
        <div className={classes.heading}>
          <Title order={1}>{name}</Title>
          <Group gap={6}>
            {vip && <Badge color="yellow.9">VIP</Badge>}
            {!active && <Badge color="gray">{t`Not active`}</Badge>}
          </Group>
        </div>
        {may('admin.organization') && (
          <Button
            variant="default"
            leftSection={<IconEdit size={16} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/admin/organizations/$id" params={{ id: String(id) }} />}
          >
            {t`Edit`}
          </Button>
        )}
      </header>
      <div className={classes.columns}>
        <div className={classes.side}>
          <Section title={t`Organization`}>
            <Facts>
              <Fact name={t`Tickets`}>
                {shared ? t`Members see each other's tickets` : t`Members see their own tickets only`}
              </Fact>
              <Fact name={t`Domain`}>
                {domain && (domain_assignment ? t`${domain}, new people join by it` : domain)}
              </Fact>
              <CustomFacts object="Organization" record={organization} />
            </Facts>
            {note && <p className={classes.note}>{note}</p>}
          </Section>
          <Section title={t`Members`} lead={<Plural value={ids.length} one="# member" other="# members" />}>
            {members.length > 0 && (
              <ItemList label={t`Members`}>
                {members.map((member) => (
                  <Item
                    key={member.id}
                    what={
                      <Link to="/people/$id" params={{ id: String(member.id) }} className={classes.link}>
                        {nameOf(member)}
                      </Link>
                    }
                    facts={member.email}
                  />
                ))}
              </ItemList>
            )}
          </Section>
        </div>
        <TicketsSection of={{ organization_id: id }} />
      </div>
    </Container>
  );
}
