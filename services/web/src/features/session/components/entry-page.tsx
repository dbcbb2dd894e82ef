import { Alert, Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { LanguageSwitch } from '../../../app/shell/language-switch.tsx';
import { ThemeSwitch } from '../../../app/shell/theme-switch.tsx';
import { Logo } from '../../../ui/logo.tsx';
import classes from './entry-page.module.css';

/** The frame of every page before sign-in. */
export function EntryPage({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.page}>
      <title>{`${title} · Helpmesh`}</title>
      <header className={classes.bar}>
        <Anchor href="/" underline="never" c="inherit" aria-label="Helpmesh">
          <Logo />
        </Anchor>
        <Group gap={4}>
          <LanguageSwitch />
          <ThemeSwitch />
        </Group>
      </header>
      <main className={classes.main} id="main" tabIndex={-1}>
        <Paper className={classes.card} withBorder radius="md">
          <Stack gap="lg">
            <div>
              <Title order={1}>{title}</Title>
              {lead && (
                <Text c="dimmed" mt={4}>
                  {lead}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </main>
    </div>
  );
}

/** Always mounted, so that a screen reader hears the text when it appears. */
export function FormProblem({ children }: { children: ReactNode }) {
  return (
    <div role="alert">
      {children && (
        <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />} mb="md">
          {children}
        </Alert>
      )}
    </div>
  );
}
