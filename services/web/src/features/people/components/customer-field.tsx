import { useLingui } from '@lingui/react/macro';
import { Combobox, Loader, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { PersonAvatar } from '../../../ui/person-avatar.tsx';
import { customerSearchQuery, nameOf, type User } from '../queries.ts';
import classes from './customer-field.module.css';
import { NewCustomer } from './new-customer.tsx';

export interface CustomerChoice {
  id: number;
  name: string;
  email: string;
}

interface Props {
  value: CustomerChoice | null;
  onChange: (value: CustomerChoice | null) => void;
  error: ReactNode;
}

const toChoice = (user: User): CustomerChoice => ({ id: user.id, name: nameOf(user), email: user.email });
const shown = (choice: CustomerChoice | null) =>
  choice ? (choice.email && choice.email !== choice.name ? `${choice.name} <${choice.email}>` : choice.name) : '';

/** Finds a customer by name or address, or makes one without leaving the form. */
export function CustomerField({ value, onChange, error }: Props) {
  const { t } = useLingui();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed, setTyped] = useState(shown(value));
  const [creating, setCreating] = useState(false);
  const words = typed.trim();
  const [settled] = useDebouncedValue(words, 180);
  const looking = value === null && settled.length >= 2;
  const { data: users = [], isFetching } = useQuery({ ...customerSearchQuery(settled), enabled: looking });

  const choose = (choice: CustomerChoice) => {
    onChange(choice);
    setTyped(shown(choice));
    combobox.closeDropdown();
  };
  return (
    <>
      <Combobox
        store={combobox}
        onOptionSubmit={(option) => {
          if (option === 'create') {
            combobox.closeDropdown();
            setCreating(true);
            return;
          }
          const user = users.find(({ id }) => String(id) === option);
          if (user) choose(toChoice(user));
        }}
      >
        <Combobox.Target>
          <TextInput
            label={t`Customer`}
            placeholder={t`Name or e-mail address`}
            data-field="customer"
            autoComplete="off"
            value={typed}
            error={error}
            rightSection={isFetching && looking ? <Loader size={16} /> : null}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              if (value) onChange(null);
              combobox.openDropdown();
              combobox.updateSelectedOptionIndex();
            }}
            onFocus={() => words.length >= 2 && value === null && combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={!looking}>
          <Combobox.Options aria-label={t`Customers`} mah={300} style={{ overflowY: 'auto' }}>
            {users.map((user) => (
              <Combobox.Option key={user.id} value={String(user.id)} className={classes.option}>
                <PersonAvatar name={nameOf(user)} image={user.image} size={28} />
                <span className={classes.person}>
                  <span>{nameOf(user)}</span>
                  <Text span size="xs" c="dimmed">
                    {[user.email, user.organization].filter(Boolean).join(' · ')}
                  </Text>
                </span>
              </Combobox.Option>
            ))}
            <Combobox.Option value="create" className={classes.option}>
              <IconUserPlus size={20} aria-hidden />
              <span>{t`Create a new customer “${words}”`}</span>
            </Combobox.Option>
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      <NewCustomer
        opened={creating}
        typed={words}
        onClose={() => setCreating(false)}
        onCreated={(user) => {
          setCreating(false);
          choose(toChoice(user));
        }}
      />
    </>
  );
}
