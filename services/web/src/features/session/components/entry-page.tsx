import { Alert, Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { Children, type ReactNode } from 'react';
import { LanguageSwitch } from '../../../app/shell/language-switch.tsx';
import { ThemeSwitch } from '../../../app/shell/theme-switch.tsx';
import { Logo } from '../../../ui/logo.tsx';
import { languagesFor, type PublicBranding, useBranding } from '../branding.ts';
import classes from './entry-page.module.css';

/** The frame of every page before sign-in. */
export function EntryPage({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const look = useBranding();
  const name = look?.name || 'Helpmesh';
  return (
    <div className={classes.page}>
      <title>{`${title} · ${name}`}</title>
      <header className={classes.bar}>
        <Anchor href="/" underline="never" c="inherit" aria-label={name}>
          <Logo name={look?.name} picture={look?.logo_url} />
        </Anchor>
        <Group gap={4}>
          <LanguageSwitch choices={languagesFor(look)} />
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
      <BrandFooter look={look} />
    </div>
  );
}

/** Who helps here, and what a community has to say below its pages. */
export function BrandFooter({ look }: { look: PublicBranding | undefined }) {
  const lines = [look?.support, look?.footer].filter((line) => line != null);
  if (lines.length === 0) return null;
  return (
    <footer className={classes.footer}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </footer>
  );
}

/** Always mounted, so that a screen reader hears the text when it appears. */
export function FormProblem({ children }: { children: ReactNode }) {
  return (
    <div role="alert">
      {Children.toArray(children).length > 0 && (
        <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />} mb="md">
          {children}
        </Alert>
      )}
    </div>
  );
}
