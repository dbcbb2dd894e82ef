import { useLingui } from '@lingui/react/macro';
import { Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { call } from '../../app/api.ts';
import { notifyDone, notifyProblem } from '../../ui/notify.tsx';
import { Item } from '../../ui/section.tsx';
import classes from '../admin/components/admin-page.module.css';
import { readAnew } from '../admin/queries.ts';
import type { RuleKind } from './queries.ts';

interface Props {
  kind: RuleKind;
  rule: { id: number; name: string; active: boolean };
  /** Before the name. */
  place?: string;
  facts: ReactNode;
}

/** One rule of a list, with its switch. */
export function RuleItem({ kind, rule: { id, name, active }, place, facts }: Props) {
  const { t } = useLingui();
  return (
    <Item
      what={
        <>
          {place && (
            <Text span c="dimmed">
              {place}{' '}
            </Text>
          )}
          <Link to={`/admin/${kind}/$id`} params={{ id: String(id) }} className={classes.link}>
            {name}
          </Link>
        </>
      }
      facts={facts}
    >
      <RuleSwitch kind={kind} id={id} name={t`${name} is active`} active={active} />
    </Item>
  );
}

function RuleSwitch({ kind, id, name, active }: { kind: RuleKind; id: number; name: string; active: boolean }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const turn = useMutation({
    mutationFn: async (on: boolean) => {
      await call(kind === 'triggers' ? 'updateTrigger' : 'updateJob', { params: { id }, body: { active: on } });
      return on;
    },
    onSuccess: (on) => notifyDone(on ? t`Switched on.` : t`Switched off.`),
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
    onSettled: () => readAnew(cache, [kind]),
  });
  return (
    <Switch
      aria-label={name}
      checked={turn.isPending ? turn.variables : active}
      disabled={turn.isPending}
      onChange={(event) => turn.mutate(event.currentTarget.checked)}
    />
  );
}
