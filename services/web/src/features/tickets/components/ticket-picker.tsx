import { useLingui } from '@lingui/react/macro';
import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Ticket, ticketSearchQuery } from '../queries.ts';
import classes from './ticket-ties.module.css';

interface Props {
  label: string;
  /** Not offered. */
  except: number;
  onChange: (ticket: Ticket | null) => void;
}

const shown = (ticket: Ticket) => `#${ticket.number} ${ticket.title}`;

/** Finds another ticket by its number or by words. */
export function TicketPicker({ label, except, onChange }: Props) {
  const { t } = useLingui();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed, setTyped] = useState('');
  const [picked, setPicked] = useState(false);
  const words = typed.trim().replace(/^#/, '');
  const [settled] = useDebouncedValue(words, 180);
  const looking = !picked && settled.length >= 2;
  const { data = [], isFetching } = useQuery({ ...ticketSearchQuery(settled), enabled: looking });
  const found = data.filter(({ id }) => id !== except);
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        const ticket = found.find((one) => String(one.id) === id);
        if (!ticket) return;
        setTyped(shown(ticket));
        setPicked(true);
        onChange(ticket);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target>
        <TextInput
          label={label}
          placeholder={t`Number or words of the title`}
          data-autofocus
          autoComplete="off"
          value={typed}
          rightSection={isFetching && looking ? <Loader size={16} /> : null}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            if (picked) onChange(null);
            setPicked(false);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onFocus={() => looking && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!looking}>
        <Combobox.Options aria-label={t`Tickets`} mah={260} style={{ overflowY: 'auto' }}>
          {found.map((ticket) => (
            <Combobox.Option key={ticket.id} value={String(ticket.id)} className={classes.option}>
              <span className={classes.number}>#{ticket.number}</span>
              <span>{ticket.title}</span>
            </Combobox.Option>
          ))}
          {found.length === 0 && !isFetching && <Combobox.Empty>{t`No such ticket`}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
