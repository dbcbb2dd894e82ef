import { Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './new-ticket-page.module.css';

interface Props {
  title: string;
  /** Of the browser window. */
  windowTitle: string;
  onSubmit: () => void;
  /** Above the form. */
  above?: ReactNode;
  children: ReactNode;
}

/** The page around a form that opens a ticket. */
export function TicketForm({ title, windowTitle, onSubmit, above, children }: Props) {
  return (
    <div className={classes.page}>
      <title>{windowTitle}</title>
      <Title order={1} mb="sm">
        {title}
      </Title>
      {above}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Paper withBorder className={classes.paper}>
          <Stack gap="md" className={classes.fields}>
            {children}
          </Stack>
        </Paper>
      </form>
    </div>
  );
}
