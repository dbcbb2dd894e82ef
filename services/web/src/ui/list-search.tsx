import { useLingui } from '@lingui/react/macro';
import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

interface Props {
  value: string;
  onChange: (words: string) => void;
  className?: string | undefined;
}

/** Writes to the address when typing pauses; the field itself never waits. */
export function ListSearch({ value, onChange, className }: Props) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const send = useDebouncedCallback((words: string) => {
    sent.current = words;
    onChange(words);
  }, 250);
  // The address changed without us (back button, palette).
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  const change = (words: string) => {
    setTyped(words);
    send(words);
  };
  return (
    <TextInput
      aria-label={t`Search in this list`}
      placeholder={t`Search in this list`}
      leftSection={<IconSearch size={15} aria-hidden />}
      rightSection={typed && <CloseButton size="sm" aria-label={t`Clear the search`} onClick={() => change('')} />}
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      className={className}
    />
  );
}
