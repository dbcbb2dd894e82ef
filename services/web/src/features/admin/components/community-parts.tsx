import { useLingui } from '@lingui/react/macro';
import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { kindLabels } from '../../federation/labels.ts';
import { agreementsQuery } from '../../federation/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { type Community, groupsQuery } from '../queries.ts';
import classes from './admin-page.module.css';
import { CommunityMailboxes } from './community-mailboxes.tsx';

/** What else there is of a community: its groups, the mailboxes that lead to them, and how it is integrated. */
export function CommunityParts({ community }: { community: Community }) {
  const { group_ids } = community;
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: agreements = [] } = useQuery(agreementsQuery);
  const own = groups.filter(({ id }) => group_ids.includes(id));
  const nameOfGroup = (id: number) => own.find((group) => group.id === id)?.name ?? `#${id}`;
  const integrated = agreements.filter(({ group_id }) => group_ids.includes(group_id));
  const nothing = (text: string) => (
    <Text size="sm" c="dimmed">
      {text}
    </Text>
  );
  const inactive = (
    <Badge size="sm" variant="light" color="gray">
      {t`Inactive`}
    </Badge>
  );
  return (
    <>
      <Section title={t`Groups`}>
        {own.length === 0 && nothing(t`No groups`)}
        <ItemList label={t`Groups`}>
          {own.map(({ id, name, note, active }) => (
            <Item
              key={id}
              what={
                <>
                  <Link to="/admin/groups/$id" params={{ id: String(id) }} className={classes.link}>
                    {name}
                  </Link>{' '}
                  {!active && inactive}
                </>
              }
              facts={note}
            />
          ))}
        </ItemList>
      </Section>
      <CommunityMailboxes community={community} />
      <Section title={t`Agreements`} lead={t`How new tickets of its groups are dealt with.`}>
        {integrated.length === 0 && nothing(t`There is no agreement: it works on this desk.`)}
        <ItemList label={t`Agreements`}>
          {integrated.map(({ id, name, kind, group_id, list_address, active }) => (
            <Item
              key={id}
              what={
                <>
                  {may('admin.integration') ? (
                    <Link
                      to="/admin/federation/$kind/$id"
                      params={{ kind: 'agreements', id: String(id) }}
                      className={classes.link}
                    >
                      {name}
                    </Link>
                  ) : (
                    name
                  )}{' '}
                  {!active && inactive}
                </>
              }
              facts={[i18n._(kindLabels[kind]), nameOfGroup(group_id), list_address].filter(Boolean).join(' · ')}
            />
          ))}
        </ItemList>
      </Section>
    </>
  );
}
