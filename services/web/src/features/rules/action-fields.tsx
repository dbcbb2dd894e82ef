import { useLingui } from '@lingui/react/macro';
import { Checkbox, Group, NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { localTime, timeOfLocal } from '../../ui/time.ts';
import { HtmlField } from '../admin/components/html-field.tsx';
import { rangeLabels } from '../conditions/labels.ts';
import { OrganizationsField, PeopleField } from '../conditions/records-field.tsx';
import { ranges } from '../conditions/selector.ts';
import { levelLabels } from '../impact/labels.ts';
import { levels } from '../impact/levels.ts';
import { agentsQuery, nameOf } from '../people/queries.ts';
import { priorityLabel, stateLabel } from '../tickets/labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../tickets/queries.ts';
import { isResultState } from '../tickets/state-type.ts';
import classes from './actions-editor.module.css';
import { recipientLabels } from './labels.ts';
import { type ActionName, type Performer, type PerformLine, recipientsOf, tagsOf, textOf } from './perform.ts';
import { webhooksLookupQuery } from './queries.ts';

interface Props {
  name: ActionName;
  performer: Performer;
  line: PerformLine;
  onChange: (line: PerformLine) => void;
}

/** The fields of one thing that is done. */
export function LineFields(props: Props) {
  const { t } = useLingui();
  const { name, line, onChange } = props;
  const value = textOf(line.value);
  const write = (next: string) => onChange({ ...line, value: next });
  switch (name) {
    case 'ticket.state_id':
    case 'ticket.priority_id':
    case 'ticket.impact':
    case 'ticket.urgency':
    case 'ticket.group_id':
    case 'ticket.formSenderType':
      return <Choice {...props} />;
    case 'ticket.owner_id':
    case 'ticket.customer_id':
    case 'ticket.organization_id':
    case 'ticket.subscribe':
    case 'ticket.unsubscribe':
      return <Who {...props} />;
    case 'ticket.tags':
      return <Tags {...props} />;
    case 'ticket.pending_time':
      return <When {...props} />;
    case 'ticket.title':
      return (
        <TextInput
          aria-label={t`Title`}
          required
          maxLength={250}
          value={value}
          onChange={(event) => write(event.currentTarget.value)}
        />
      );
    case 'ticket.note':
      return (
        <Textarea
          aria-label={t`Note on the ticket`}
          autosize
          minRows={2}
          value={value}
          onChange={(event) => write(event.currentTarget.value)}
        />
      );
    case 'article.body':
      return <HtmlField label={t`Text`} value={value} onChange={write} />;
    case 'article.note':
      return <Note {...props} />;
    case 'notification.email':
      return <Mail {...props} />;
    case 'notification.webhook':
      return <Webhook {...props} />;
    case 'ticket.action':
    case 'user.action':
      return null;
    case 'user.active':
    case 'user.vip':
    case 'user.verified':
    case 'organization.active':
    case 'organization.vip':
    case 'organization.shared':
      return (
        <Select
          aria-label={t`Value`}
          allowDeselect={false}
          data={[
            { value: 'true', label: t`Yes` },
            { value: 'false', label: t`No` },
          ]}
          value={String(line.value)}
          onChange={(next) => next && onChange({ value: next === 'true' })}
        />
      );
    case 'user.department':
    case 'user.city':
    case 'user.country':
    case 'user.note':
    case 'organization.note':
      return (
        <TextInput
          aria-label={t`Value`}
          maxLength={5000}
          value={value}
          onChange={(event) => write(event.currentTarget.value)}
        />
      );
  }
}

function Choice({ name, line, onChange }: Props) {
  const { t, i18n } = useLingui();
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const graded = levels.map((value) => ({ value, label: i18n._(levelLabels[value]) }));
  const choices: Partial<Record<ActionName, { value: string; label: string }[]>> = {
    'ticket.state_id': states
      .filter((state) => !isResultState(state))
      .map((state) => ({ value: String(state.id), label: stateLabel(i18n, state.name) })),
    'ticket.priority_id': priorities.map((one) => ({ value: String(one.id), label: priorityLabel(i18n, one.name) })),
    'ticket.impact': graded,
    'ticket.urgency': graded,
    'ticket.group_id': groups.map((one) => ({ value: String(one.id), label: one.name })),
    'ticket.formSenderType': [
      { value: 'phone-in', label: t`Received call` },
      { value: 'phone-out', label: t`Outbound call` },
      { value: 'email-out', label: t`Send e-mail` },
    ],
  };
  const value = textOf(line.value);
  const known = choices[name] ?? [];
  // What is not active any more stays chosen.
  const gone = value !== '' && !known.some((one) => one.value === value) ? [{ value, label: `#${value}` }] : [];
  return (
    <Select
      aria-label={t`Value`}
      placeholder={t`Choose`}
      required
      searchable
      allowDeselect={false}
      data={[...known, ...gone]}
      value={value || null}
      onChange={(next) => next && onChange({ ...line, value: next })}
    />
  );
}

function Who({ name, performer, line, onChange }: Props) {
  const { t } = useLingui();
  const { data: agents = [] } = useQuery({ ...agentsQuery, enabled: name === 'ticket.owner_id' });
  const own = name === 'ticket.organization_id' ? 'current_user.organization_id' : 'current_user.id';
  const actor =
    performer === 'rule' || performer === 'schedule'
      ? name === 'ticket.organization_id'
        ? t`That of whoever does it`
        : t`Whoever does it`
      : performer === 'template'
        ? t`Whoever writes the ticket`
        : name === 'ticket.organization_id'
          ? t`That of whoever runs it`
          : t`Whoever runs it`;
  const nobody = { 'ticket.unsubscribe': t`Everybody`, 'ticket.organization_id': t`None` }[name as string] ?? t`Nobody`;
  const value = textOf(line.value);
  const who = textOf(line.pre_condition) || (value === '' ? 'not_set' : 'specific');
  const needsSomebody = name === 'ticket.customer_id' || name === 'ticket.subscribe';
  const choose = (id: string) => onChange({ pre_condition: 'specific', value: id });
  return (
    <div className={classes.row}>
      <Select
        aria-label={t`Who`}
        allowDeselect={false}
        data={[
          // When a schedule runs, nobody does it: what was stored so is shown, and not offered.
          ...(performer === 'schedule' && who !== own ? [] : [{ value: own, label: actor }]),
          ...(needsSomebody ? [] : [{ value: 'not_set', label: nobody }]),
          {
            value: 'specific',
            label: name === 'ticket.organization_id' ? t`A certain one` : t`Somebody in particular`,
          },
        ]}
        value={who}
        onChange={(next) =>
          next && onChange(next === 'specific' ? { pre_condition: next, value: '' } : { pre_condition: next })
        }
      />
      {who === 'specific' && name === 'ticket.owner_id' && (
        <Select
          aria-label={t`Owner`}
          placeholder={t`Choose`}
          required
          searchable
          allowDeselect={false}
          data={agents.map((agent) => ({ value: String(agent.id), label: nameOf(agent) }))}
          value={value || null}
          onChange={(id) => id && choose(id)}
        />
      )}
      {who === 'specific' && name === 'ticket.organization_id' && (
        <OrganizationsField
          label={t`Organization`}
          required
          value={value ? [value] : []}
          onChange={(ids) => choose(ids.at(-1) ?? '')}
        />
      )}
      {who === 'specific' && name !== 'ticket.owner_id' && name !== 'ticket.organization_id' && (
        <PeopleField
          label={t`Person`}
          required
          value={value ? [value] : []}
          onChange={(ids) => choose(ids.at(-1) ?? '')}
        />
      )}
    </div>
  );
}

function Tags({ performer, line, onChange }: Props) {
  const { t } = useLingui();
  const tags = tagsOf(line.value);
  return (
    <div className={classes.row}>
      {performer !== 'template' && (
        <Select
          aria-label={t`Add or remove`}
          allowDeselect={false}
          data={[
            { value: 'add', label: t`Add` },
            { value: 'remove', label: t`Remove` },
          ]}
          value={textOf(line.operator) || 'add'}
          onChange={(operator) => operator && onChange({ ...line, operator })}
        />
      )}
      <TagsInput
        aria-label={t`Tags`}
        {...(tags.length === 0 && { placeholder: t`Type and press Enter`, required: true })}
        acceptValueOnBlur
        value={tags}
        onChange={(next) => onChange({ operator: 'add', ...line, value: next.join(', ') })}
      />
    </div>
  );
}

function When({ line, onChange }: Props) {
  const { t, i18n } = useLingui();
  const relative = line.operator === 'relative';
  return (
    <div className={classes.row}>
      <Select
        aria-label={t`Kind of time`}
        allowDeselect={false}
        data={[
          { value: 'relative', label: t`Some time from then` },
          { value: 'static', label: t`At a certain time` },
        ]}
        value={relative ? 'relative' : 'static'}
        onChange={(operator) =>
          operator && onChange(operator === 'relative' ? { operator, value: 1, range: 'day' } : { operator, value: '' })
        }
      />
      {relative ? (
        <Group gap="xs" wrap="nowrap">
          <NumberInput
            aria-label={t`How many`}
            w={90}
            min={0}
            max={10_000}
            allowDecimal={false}
            value={Number(line.value)}
            onChange={(value) => typeof value === 'number' && onChange({ ...line, value })}
          />
          <Select
            aria-label={t`Unit`}
            allowDeselect={false}
            data={ranges.map((value) => ({ value, label: i18n._(rangeLabels[value]) }))}
            value={textOf(line.range) || 'day'}
            onChange={(range) => range && onChange({ ...line, range })}
          />
        </Group>
      ) : (
        <TextInput
          type="datetime-local"
          aria-label={t`Time`}
          required
          value={localTime(textOf(line.value))}
          onChange={(event) => onChange({ operator: 'static', value: timeOfLocal(event.currentTarget.value) })}
        />
      )}
    </div>
  );
}

function Note({ line, onChange }: Props) {
  const { t } = useLingui();
  return (
    <Stack gap="xs">
      <TextInput
        label={t`Subject line`}
        maxLength={250}
        value={textOf(line.subject)}
        onChange={(event) => onChange({ ...line, subject: event.currentTarget.value })}
      />
      <HtmlField label={t`Text`} value={textOf(line.body)} onChange={(body) => onChange({ ...line, body })} />
      <Switch
        label={t`Only agents see it`}
        checked={isOn(line.internal ?? true)}
        onChange={(event) => onChange({ ...line, internal: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function Mail({ line, onChange }: Props) {
  const { t, i18n } = useLingui();
  const { parts, people } = recipientsOf(line.recipient);
  const to = (nextParts: string[], nextPeople: string[]) =>
    onChange({ ...line, recipient: [...nextParts, ...nextPeople.map((id) => `userid_${id}`)] });
  return (
    <Stack gap="xs">
      <Checkbox.Group label={t`To`} value={parts} onChange={(next) => to(next, people)}>
        <Group gap="md" mt={4}>
          {Object.entries(recipientLabels).map(([part, label]) => (
            <Checkbox key={part} value={part} label={i18n._(label)} />
          ))}
        </Group>
      </Checkbox.Group>
      <PeopleField
        label={t`And these people`}
        visibleLabel
        required={parts.length === 0}
        value={people}
        onChange={(next) => to(parts, next)}
      />
      <TextInput
        label={t`Subject line`}
        maxLength={250}
        value={textOf(line.subject)}
        onChange={(event) => onChange({ ...line, subject: event.currentTarget.value })}
      />
      <HtmlField label={t`Text`} value={textOf(line.body)} onChange={(body) => onChange({ ...line, body })} />
      <Switch
        label={t`With the attachments of the message that started it`}
        checked={isOn(line.include_attachments)}
        onChange={(event) => onChange({ ...line, include_attachments: event.currentTarget.checked })}
      />
      <Switch
        label={t`Only agents see it in the ticket`}
        checked={isOn(line.internal)}
        onChange={(event) => onChange({ ...line, internal: event.currentTarget.checked })}
      />
      <Group grow>
        <Select
          label={t`Sign`}
          allowDeselect={false}
          data={[
            { value: 'no', label: t`As the group has it` },
            { value: 'always', label: t`Where there is a key` },
            { value: 'discard', label: t`Always; without a key nothing is sent` },
          ]}
          value={textOf(line.sign) || 'no'}
          onChange={(sign) => onChange({ ...line, sign })}
        />
        <Select
          label={t`Encrypt`}
          allowDeselect={false}
          data={[
            { value: 'no', label: t`No` },
            { value: 'always', label: t`Where everybody has a key` },
            { value: 'discard', label: t`Always; without keys nothing is sent` },
          ]}
          value={textOf(line.encryption) || 'no'}
          onChange={(encryption) => onChange({ ...line, encryption })}
        />
      </Group>
    </Stack>
  );
}

function Webhook({ line, onChange }: Props) {
  const { t } = useLingui();
  const { data: webhooks = [] } = useQuery(webhooksLookupQuery);
  const value = textOf(line.webhook_id);
  const known = webhooks.map(({ id, name, active }) => ({
    value: String(id),
    label: active ? name : t`${name} (off)`,
  }));
  const gone = value !== '' && !known.some((one) => one.value === value) ? [{ value, label: `#${value}` }] : [];
  return (
    <Select
      aria-label={t`Webhook`}
      placeholder={t`Choose`}
      required
      searchable
      allowDeselect={false}
      data={[...known, ...gone]}
      value={value || null}
      nothingFoundMessage={t`There are no webhooks`}
      onChange={(id) => id && onChange({ webhook_id: Number(id) })}
    />
  );
}

/** Clients write yes in several ways. */
const isOn = (value: unknown) => value === true || value === 'true' || value === 1 || value === '1';
