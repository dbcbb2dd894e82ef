import { Group, Paper, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './account-page.module.css';

interface Props {
  title: string;
  lead: string;
  /** Beside the title. */
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ title, lead, action, children }: Props) {
  const id = useId();
  return (
    <Paper component="section" withBorder radius="md" className={classes.section} aria-labelledby={id}>
      <Group justify="space-between" align="flex-start" gap="sm" mb="xs">
        <div>
          <Title order={2} id={id}>
            {title}
          </Title>
          <Text c="dimmed" size="sm">
            {lead}
          </Text>
        </div>
        {action}
      </Group>
      {children}
    </Paper>
  );
}

/** One thing of a list: what it is, facts about it, what can be done with it. */
export function Item({ what, facts, children }: { what: ReactNode; facts: ReactNode; children?: ReactNode }) {
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <div>{what}</div>
        <div className={classes.facts}>{facts}</div>
      </div>
      {children}
    </li>
  );
}
