import { Group, Paper, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './section.module.css';

interface Props {
  title: string;
  lead?: ReactNode;
  /** Beside the title. */
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ title, lead, action, children }: Props) {
  const id = useId();
  return (
    <Paper component="section" withBorder radius="md" className={classes.section} aria-labelledby={id}>
      <Group justify="space-between" align="flex-start" gap="sm" mb="xs">
        <div className={classes.heading}>
          <Title order={2} id={id}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" size="sm">
              {lead}
            </Text>
          )}
        </div>
        {action}
      </Group>
      {children}
    </Paper>
  );
}

export function ItemList({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {children}
    </ul>
  );
}

interface ItemProps {
  what: ReactNode;
  facts: ReactNode;
  /** How far below the first level of a tree. */
  depth?: number;
  children?: ReactNode;
}

/** One thing of a list: what it is, facts about it, what can be done with it. */
export function Item({ what, facts, depth = 0, children }: ItemProps) {
  return (
    <li className={classes.row} style={depth > 0 ? { paddingInlineStart: depth * 20 } : undefined}>
      <div className={classes.what}>
        <div>{what}</div>
        <div className={classes.facts}>{facts}</div>
      </div>
      {children}
    </li>
  );
}
