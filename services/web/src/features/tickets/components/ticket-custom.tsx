import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { problemText } from '../../../ui/problem.ts';
import classes from '../../custom/components/custom.module.css';
import { CustomInput } from '../../custom/components/custom-input.tsx';
import type { CustomField } from '../../custom/queries.ts';
import { isEmpty, shownValue } from '../../custom/values.ts';
import type { Ticket } from '../queries.ts';
import { type UpdateTicket, useUpdateTicket } from '../use-update-ticket.ts';

/** The custom fields of a ticket, changed where they stand. */
export function TicketCustom({ ticket, fields }: { ticket: Ticket; fields: readonly CustomField[] }) {
  const update = useUpdateTicket(ticket.id);
  return (
    <div className={classes.list}>
      {fields.map((field) => (
        <OneField key={field.name} field={field} stored={shownValue(field, ticket, {})} update={update} />
      ))}
    </div>
  );
}

interface Props {
  field: CustomField;
  stored: unknown;
  update: UpdateTicket;
}

/** What is chosen is saved at once, what is typed when the field is left. What is refused stays to be mended. */
function OneField({ field, stored, update }: Props) {
  const { t, i18n } = useLingui();
  const [draft, setDraft] = useState(stored);
  const [refused, setRefused] = useState<{ value: unknown; why: string } | null>(null);
  const kept = JSON.stringify(stored);
  // What is stored may change under the field: by somebody else, or back after a refusal.
  useEffect(() => setDraft(JSON.parse(kept)), [kept]);
  const { name, display, data_type: type } = field;
  const typed = !/select|boolean/.test(type);
  const shown = refused ? refused.value : draft;
  const save = (value: unknown) => {
    if (JSON.stringify(value ?? null) === JSON.stringify(stored ?? null)) return;
    if (field.edit.required && isEmpty(value)) return setRefused({ value, why: t`This field must be filled in.` });
    const [fields, back] = [{ [name]: value }, { [name]: stored }];
    const change = { fields, shown: fields, back: { fields: back, shown: back }, done: t`${display} changed` };
    update(change, { onError: (error) => setRefused({ value, why: problemText(i18n, error) }) });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the input within it, and is nothing to press
    <div
      onBlur={() => typed && !refused && save(draft)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && typed && type !== 'textarea') save(shown);
      }}
    >
      <CustomInput
        field={field}
        size="xs"
        required={field.edit.required}
        value={shown}
        error={refused?.why}
        onChange={(value) => {
          setDraft(value);
          setRefused(null);
          if (!typed) save(value);
        }}
      />
    </div>
  );
}
