import { useLingui } from '@lingui/react/macro';
import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { IconArrowRight, IconBolt, IconBuilding, IconSearch, IconTicket, IconUser } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { customerSearchQuery, nameOf, organizationSearchQuery } from '../../features/people/queries.ts';
import { useMe } from '../../features/session/use-me.ts';
import { type Action, hasWords, registry } from '../actions/registry.ts';
import { useRegisteredActions } from '../actions/use-actions.ts';
import { call } from '../api.ts';
import { KeyCaps } from './key-caps.tsx';

/** Tickets by number or words, people, organizations, and every action that is possible right now. */
export function Palette() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { agent } = useMe();
  useRegisteredActions();
  const [query, setQuery] = useState('');
  const words = query.trim();
  const [settled] = useDebouncedValue(words, 180);
  const tickets = useQuery({
    queryKey: ['tickets', 'palette', settled],
    queryFn: ({ signal }) =>
      call('ticketList', { query: { view: agent ? 'all' : 'my-tickets', query: settled, limit: 6 }, signal }),
    enabled: settled.length >= 2,
    placeholderData: keepPreviousData,
  });
  const asked = agent && settled.length >= 2;
  const { data: people = [] } = useQuery({ ...customerSearchQuery(settled), enabled: asked });
  const { data: organizations = [] } = useQuery({ ...organizationSearchQuery(settled), enabled: asked });
  const found = words.length >= 2 ? (tickets.data?.tickets ?? []) : [];
  const actions = registry
    .available()
    .filter((action) => action.inPalette !== false)
    .map((action) => ({ ...action, name: i18n._(action.label) }))
    .filter(({ name }) => hasWords(name, words));
  // What the page in front of us offers first: whoever opens the palette on a ticket means that ticket.
  const [here, elsewhere, general] = [
    (['composer', 'ticket', 'list'] as const).flatMap((place) => actions.filter(({ section }) => section === place)),
    actions.filter(({ section }) => section === 'navigation'),
    actions.filter(({ section }) => section === 'general'),
  ];
  const searchAll = () => void navigate({ to: '/tickets', search: { view: agent ? 'all' : 'my-tickets', q: words } });

  return (
    <Spotlight.Root
      shortcut={null}
      query={query}
      onQueryChange={setQuery}
      scrollable
      maxHeight={440}
      radius="md"
      attributes={{ content: { 'aria-label': t`Search or run a command` } }}
      overlayProps={{ backgroundOpacity: 0.35 }}
    >
      <Spotlight.Search
        placeholder={t`Ticket number, words, or a command`}
        aria-label={t`Search or run a command`}
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {/* First, because it is there from the first letter: what Enter does must not change while results come in. */}
        {words !== '' && (
          <Spotlight.ActionsGroup label={t`Search`}>
            <Spotlight.Action
              leftSection={<IconSearch size={18} aria-hidden />}
              label={t`All tickets with “${words}”`}
              onClick={searchAll}
            />
          </Spotlight.ActionsGroup>
        )}
        {found.length > 0 && (
          <Spotlight.ActionsGroup label={t`Tickets`}>
            {found.map((ticket) => (
              <Spotlight.Action
                key={ticket.id}
                leftSection={<IconTicket size={18} aria-hidden />}
                label={ticket.title}
                description={`#${ticket.number} · ${ticket.customer}`}
                onClick={() => void navigate({ to: '/tickets/$id', params: { id: String(ticket.id) } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {words.length >= 2 && people.length > 0 && (
          <Spotlight.ActionsGroup label={t`People`}>
            {people.slice(0, 4).map((user) => (
              <Spotlight.Action
                key={user.id}
                leftSection={<IconUser size={18} aria-hidden />}
                label={nameOf(user)}
                description={[user.email, user.organization].filter(Boolean).join(' · ')}
                onClick={() => void navigate({ to: '/people/$id', params: { id: String(user.id) } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {words.length >= 2 && organizations.length > 0 && (
          <Spotlight.ActionsGroup label={t`Organizations`}>
            {organizations.slice(0, 3).map(({ id, name, domain }) => (
              <Spotlight.Action
                key={id}
                leftSection={<IconBuilding size={18} aria-hidden />}
                label={name}
                description={domain}
                onClick={() => void navigate({ to: '/organizations/$id', params: { id: String(id) } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        <Actions label={t`On this page`} of={here} />
        <Actions label={t`Commands`} of={general} />
        <Actions label={t`Go to`} of={elsewhere} />
        {words === '' && actions.length === 0 && <Text p="md">{t`Nothing to do here.`}</Text>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function Actions({ label, of }: { label: string; of: (Action & { name: string })[] }) {
  if (of.length === 0) return null;
  return (
    <Spotlight.ActionsGroup label={label}>
      {of.map(({ id, name, section, key }) => (
        <Spotlight.Action
          key={id}
          leftSection={
            section === 'navigation' ? <IconArrowRight size={18} aria-hidden /> : <IconBolt size={18} aria-hidden />
          }
          label={name}
          rightSection={key ? <KeyCaps of={key} /> : null}
          onClick={() => {
            spotlight.close();
            registry.run(id);
          }}
        />
      ))}
    </Spotlight.ActionsGroup>
  );
}
