import type { CmdbObject } from '@helpmesh/contracts';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Anchor, Autocomplete, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemText } from '../../../ui/problem.ts';
import { cmdbOf, type TicketCmdb } from '../cmdb.ts';
import { cmdbFoundQuery, cmdbObjectQuery, cmdbObjectsQuery } from '../cmdb-queries.ts';
import type { Ticket } from '../queries.ts';
import { useUpdateTicket } from '../use-update-ticket.ts';
import classes from './ticket-cmdb.module.css';

/** The objects of the CMDB that a ticket is about: what they are, and another one by a few letters of its name. */
export function TicketCmdbObjects({ ticket, tenant }: { ticket: Ticket; tenant: string }) {
  const { t, i18n } = useLingui();
  const update = useUpdateTicket(ticket.id);
  const kept = cmdbOf(ticket);
  const { data: objects = [], error } = useQuery({
    ...cmdbObjectsQuery(kept.object_ids),
    enabled: kept.object_ids.length > 0,
  });
  const change = (ids: string[], done: string) => {
    const idoit: TicketCmdb = { ...kept, object_ids: ids, ...(tenant && { tenant }) };
    const own = (value: TicketCmdb) => ({ preferences: { ...ticket.preferences, idoit: value } });
    update({
      fields: { preferences: { idoit } },
      shown: own(idoit),
      back: { fields: { preferences: { idoit: kept } }, shown: own(kept) },
      done,
    });
  };
  const titleOf = (id: string) => objects.find((one) => one.id === id)?.title ?? t`Object ${id}`;
  return (
    <>
      {error && (
        <Text size="sm" c="dimmed" mb={8}>
          {problemText(i18n, error)}
        </Text>
      )}
      {kept.object_ids.length > 0 && (
        <ul className={classes.objects}>
          {kept.object_ids.map((id) => (
            <ObjectFacts
              key={id}
              id={id}
              title={titleOf(id)}
              onRemove={() => {
                const left = kept.object_ids.filter((each) => each !== id);
                change(left, t`${titleOf(id)} was taken from the ticket.`);
              }}
            />
          ))}
        </ul>
      )}
      <Picker
        without={kept.object_ids}
        onPick={({ id, title }) => change([...kept.object_ids, id], t`The ticket is about ${title} now.`)}
      />
    </>
  );
}

function ObjectFacts({ id, title, onRemove }: { id: string; title: string; onRemove: () => void }) {
  const { t } = useLingui();
  const { data } = useQuery(cmdbObjectQuery(id));
  const facts: [string, React.ReactNode][] = data
    ? [
        [t`Type`, [data.type, data.status].filter(Boolean).join(', ')],
        [t`Model`, [data.model, data.serial].filter(Boolean).join(' · ')],
        [t`Location`, data.location],
        [
          t`Address`,
          data.addresses.map(({ address, hostname }) => [address, hostname].filter(Boolean).join(' ')).join(', '),
        ],
        [t`Access`, data.access.length > 0 && <AccessList access={data.access} />],
      ]
    : [];
  return (
    <li>
      <div className={classes.head}>
        <span className={classes.title}>
          {data ? (
            <Anchor href={data.url} target="_blank" rel="noreferrer" inherit>
              {data.title}
            </Anchor>
          ) : (
            title
          )}
        </span>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t`Remove ${title}`} onClick={onRemove}>
          <IconX size={14} aria-hidden />
        </ActionIcon>
      </div>
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </li>
  );
}

function AccessList({ access }: { access: { title: string; type: string; url: string }[] }) {
  return access.map(({ title, type, url }) => (
    <div key={`${title} ${url}`}>
      {url ? (
        <Anchor href={url} target="_blank" rel="noreferrer" inherit>
          {title || url}
        </Anchor>
      ) : (
        title
      )}
      {type && ` (${type})`}
    </div>
  ));
}

function Picker({ without, onPick }: { without: string[]; onPick: (object: CmdbObject) => void }) {
  const { t, i18n } = useLingui();
  const [typed, setTyped] = useState('');
  const [term] = useDebouncedValue(typed.trim(), 250);
  const { data: found = [], error } = useQuery({ ...cmdbFoundQuery(term), enabled: term.length > 1 });
  const left = found.filter(({ id }) => !without.includes(id));
  return (
    <Autocomplete
      size="xs"
      aria-label={t`Add an object of the CMDB`}
      placeholder={t`Add an object of the CMDB`}
      maxLength={200}
      value={typed}
      error={error && problemText(i18n, error)}
      data={term.length > 1 ? left.map(({ id, title, type }) => ({ value: id, label: `${title} · ${type}` })) : []}
      filter={({ options }) => options}
      onChange={setTyped}
      onOptionSubmit={(id) => {
        const object = left.find((one) => one.id === id);
        if (object) onPick(object);
        // The field takes over the words of the choice after this.
        setTimeout(() => setTyped(''));
      }}
    />
  );
}
