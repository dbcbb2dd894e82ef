import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { tagSuggestionsQuery, tagsQuery } from '../queries.ts';
import { useTagging } from '../use-ties.ts';
import classes from './ticket-ties.module.css';

/** The tags of a ticket: a click finds all that have one, Enter adds what was typed. */
export function TicketTags({ ticketId }: { ticketId: number }) {
  const { t } = useLingui();
  const { data: tags } = useQuery(tagsQuery(ticketId));
  const { add, remove } = useTagging(ticketId);
  const [typed, setTyped] = useState('');
  const [term] = useDebouncedValue(typed.trim(), 150);
  const { data: found = [] } = useQuery({ ...tagSuggestionsQuery(term), enabled: term !== '' });
  const input = useRef<HTMLInputElement>(null);
  // Choosing a suggestion by Enter is told twice, in either order: as a choice and as a key.
  const chosen = useRef(false);
  useActions([
    { id: 'ticket.tag', label: msg`Add a tag`, section: 'ticket', key: 't', run: () => input.current?.focus() },
  ]);

  const take = (name: string) => {
    const clean = name.trim();
    if (clean) add(clean);
    setTyped('');
  };
  const suggestions = term === '' ? [] : found.map(({ value }) => value).filter((value) => !tags?.includes(value));
  return (
    <>
      {tags && tags.length > 0 && (
        <ul className={classes.tags}>
          {tags.map((name) => (
            <li key={name} className={classes.tag}>
              <Link
                to="/tickets"
                search={{ view: 'all', q: `tags:"${name}"` }}
                className={classes.tagName}
                title={t`Find tickets with this tag`}
              >
                {name}
              </Link>
              <button
                type="button"
                className={classes.tagRemove}
                aria-label={t`Remove the tag ${name}`}
                onClick={() => remove(name)}
              >
                <IconX size={12} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Autocomplete
        ref={input}
        size="xs"
        aria-label={t`Add a tag`}
        placeholder={t`Add a tag`}
        maxLength={250}
        value={typed}
        data={suggestions}
        filter={({ options }) => options}
        onChange={setTyped}
        onOptionSubmit={(name) => {
          chosen.current = true;
          take(name);
          // The field takes over the words of the choice after this.
          setTimeout(() => {
            chosen.current = false;
            setTyped('');
          });
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ',') return;
          event.preventDefault();
          if (chosen.current) return;
          const name = event.currentTarget.value;
          setTimeout(() => {
            if (!chosen.current) take(name);
          });
        }}
      />
    </>
  );
}
