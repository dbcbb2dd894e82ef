import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Group } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Confirm } from '../../../ui/confirm.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Cancelled } from '../../account/proof.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import type { Field } from '../edit.ts';
import type { Editor } from '../use-editor.ts';
import classes from './admin-page.module.css';

interface Props<V> {
  editor: Editor<V>;
  /** What each field is called, to name those that somebody else changed. */
  labels: Record<Field<V>, string>;
  /** Of the button; default: save. */
  saveLabel?: string;
  /** Something new may be saved as it stands. */
  fresh?: boolean;
  children: ReactNode;
}

/** The frame of a form: saving, what went wrong, somebody else's changes, and leaving with changes of one's own. */
export function EditForm<V extends object>({ editor, labels, saveLabel, fresh = false, children }: Props<V>) {
  const { t, i18n } = useLingui();
  const { dirty, conflict, error, saving } = editor;
  const leaving = useBlocker({
    shouldBlockFn: editor.isDirty,
    enableBeforeUnload: editor.isDirty,
    withResolver: true,
  });
  const blocked = leaving.status === 'blocked';
  const names = conflict && new Intl.ListFormat(i18n.locale).format(conflict.fields.map((field) => labels[field]));
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        editor.save();
      }}
    >
      <FormProblem>{error && !(error instanceof Cancelled) ? problemText(i18n, error) : null}</FormProblem>
      {children}
      <div role="alert">
        {conflict && (
          <Alert
            color="yellow"
            variant="light"
            icon={<IconUsers aria-hidden />}
            title={t`Somebody else changed this meanwhile`}
            mt="md"
          >
            <Trans>Changed since you opened it: {names}. Nothing of yours is saved yet.</Trans>
            <Group mt="sm" gap="xs">
              <Button size="compact-sm" onClick={() => editor.settle('mine')}>
                {t`Keep my changes`}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => editor.settle('stored')}>
                {t`Show what is stored`}
              </Button>
            </Group>
          </Alert>
        )}
      </div>
      <div className={classes.save} data-dirty={dirty || undefined}>
        {dirty && (
          <Button variant="default" onClick={editor.discard} disabled={saving}>
            {t`Discard changes`}
          </Button>
        )}
        <Button type="submit" loading={saving} disabled={!(dirty || fresh) || conflict !== null}>
          {saveLabel ?? t`Save`}
        </Button>
      </div>
      <Confirm
        opened={blocked}
        title={t`Leave without saving?`}
        label={t`Leave`}
        cancelLabel={t`Stay`}
        onConfirm={() => leaving.proceed?.()}
        onCancel={() => leaving.reset?.()}
      >
        {t`Your changes on this page are not saved.`}
      </Confirm>
    </form>
  );
}
