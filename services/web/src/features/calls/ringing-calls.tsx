import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button } from '@mantine/core';
import { IconPhoneIncoming, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useNow } from '../../ui/ago.tsx';
import { otherEnd, ringing } from './call.ts';
import { type Call, callsQuery } from './queries.ts';
import classes from './ringing-calls.module.css';

/** Who rings now, above the page and not over it: whatever one is at stays in sight. */
export function RingingCalls() {
  const { data } = useQuery(callsQuery);
  // A call whose end was never told is over some time.
  useNow();
  const [dismissed, setDismissed] = useState<readonly number[]>([]);
  const calls = ringing(data?.calls ?? [], Date.now()).filter(({ id }) => !dismissed.includes(id));
  return calls.map((call) => (
    <RingingCall key={call.id} call={call} onDone={() => setDismissed((known) => [...known, call.id])} />
  ));
}

function RingingCall({ call, onDone }: { call: Call; onDone: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { people, number } = otherEnd(call);
  const [only] = people.length === 1 ? people : [];
  const name = people.map((one) => one.name).join(', ');
  const open = () => {
    onDone();
    void navigate({ to: '/tickets/new', search: only ? { customer: String(only.id) } : {} });
  };
  const openAll = () => {
    onDone();
    void navigate({ to: '/calls' });
  };
  return (
    <div role="alert" className={classes.bar}>
      <IconPhoneIncoming size={18} aria-hidden />
      <span className={classes.text}>
        <strong>{name || number}</strong>{' '}
        <span className={classes.facts}>
          {name ? number : t`This number is nobody's that is known here.`}
          {call.queue && ` · ${call.queue}`}
        </span>
      </span>
      <Button size="compact-sm" onClick={open}>
        {t`New ticket`}
      </Button>
      <Button size="compact-sm" variant="default" onClick={openAll}>
        {t`All calls`}
      </Button>
      <ActionIcon size={26} variant="subtle" color="gray" aria-label={t`Close`} onClick={onDone}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </div>
  );
}
