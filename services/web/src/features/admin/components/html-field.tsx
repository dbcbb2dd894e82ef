import { useLingui } from '@lingui/react/macro';
import { Button, Input, Skeleton, Textarea } from '@mantine/core';
import { lazy, Suspense, useId, useState } from 'react';
import { writesPlainly } from '../html.ts';
import classes from './html-field.module.css';

const RichEditor = lazy(() =>
  import('../../tickets/components/rich-editor.tsx').then(({ RichEditor: Editor }) => ({ default: Editor })),
);

interface Props {
  label: string;
  value: string;
  onChange: (html: string) => void;
}

/**
 * A text with variables, as it will look. What the editor cannot show (tables, images) begins as the HTML it is, so that
 * nothing is lost by being looked at.
 */
export function HtmlField({ label, value, onChange }: Props) {
  const { t } = useLingui();
  const description = useId();
  const example = '#{ticket.title}';
  const [asHtml, setAsHtml] = useState(() => !writesPlainly(value));
  // The editor keeps its own text; one that came from elsewhere (changes were discarded) makes it begin anew.
  const [written, setWritten] = useState({ value, round: 0 });
  if (written.value !== value) setWritten({ value, round: written.round + 1 });
  const write = (html: string) => {
    setWritten((last) => ({ ...last, value: html }));
    onChange(html);
  };
  return (
    <div>
      <div className={classes.head}>
        <Input.Label labelElement="div">{label}</Input.Label>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => {
            setAsHtml(!asHtml);
            setWritten({ value, round: written.round + 1 });
          }}
        >
          {asHtml ? t`Show the editor` : t`Edit as HTML`}
        </Button>
      </div>
      <Input.Description id={description} mb={4}>
        {asHtml && !writesPlainly(value)
          ? t`Variables such as ${example} are filled in. The editor would lose some of this text: it knows no tables, images or styles.`
          : t`Variables such as ${example} are filled in.`}
      </Input.Description>
      {asHtml ? (
        <Textarea
          aria-label={label}
          aria-describedby={description}
          autosize
          minRows={4}
          maxRows={20}
          classNames={{ input: classes.source }}
          value={value}
          onChange={(event) => write(event.currentTarget.value)}
        />
      ) : (
        <div className={classes.editor}>
          <Suspense fallback={<Skeleton height={150} />}>
            <RichEditor
              key={written.round}
              label={label}
              html={value}
              autoFocus={false}
              onChange={(html) => write(html === '<p></p>' ? '' : html)}
            />
          </Suspense>
        </div>
      )}
    </div>
  );
}
