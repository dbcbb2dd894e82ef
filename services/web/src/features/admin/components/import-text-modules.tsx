import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Alert, Button, FileButton, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { readAnew } from '../queries.ts';

/** Reads text modules from CSV: first it says what would happen, then it does it. */
export function ImportTextModules() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [data, setData] = useState<string | null>(null);
  const close = () => setData(null);
  const look = useMutation({
    mutationFn: (text: string) => call('importTextModules', { body: { data: text, try: true } }),
    onError: (error) => notifyProblem(i18n, t`The file was not read`, error),
  });
  const run = useMutation({
    mutationFn: (text: string) => call('importTextModules', { body: { data: text } }),
    onSuccess: async () => {
      notifyDone(t`The text modules were imported.`);
      close();
      await readAnew(cache, ['text-modules']);
    },
    onError: (error) => notifyProblem(i18n, t`The file was not imported`, error),
  });
  const { created = 0, updated = 0 } = look.data?.stats ?? {};
  return (
    <>
      <FileButton
        accept=".csv,text/csv"
        onChange={async (file) => {
          if (!file) return;
          const text = await file.text();
          setData(text);
          look.mutate(text);
        }}
      >
        {(props) => (
          <Button variant="default" {...props}>
            {t`Import CSV`}
          </Button>
        )}
      </FileButton>
      <Modal
        opened={data !== null && look.data !== undefined}
        onClose={close}
        title={t`Import of text modules`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <Stack>
          {look.data?.result === 'failed' ? (
            <Alert color="red" title={t`Nothing can be imported`} role="alert">
              <List size="sm">
                {look.data.errors.map((error) => (
                  <List.Item key={error}>{error}</List.Item>
                ))}
              </List>
            </Alert>
          ) : (
            <Text>
              {plural(created, { one: '# text module is new,', other: '# text modules are new,' })}{' '}
              {plural(updated, { one: '# is changed.', other: '# are changed.' })}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t`Cancel`}
            </Button>
            {look.data?.result === 'success' && (
              <Button loading={run.isPending} onClick={() => data !== null && run.mutate(data)}>
                {t`Import`}
              </Button>
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
