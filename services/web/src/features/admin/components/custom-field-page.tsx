import { useLingui } from '@lingui/react/macro';
import { Checkbox, NumberInput, Select, Stack, Switch, Table, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { CustomInput } from '../../custom/components/custom-input.tsx';
import { instantOf, localTime } from '../../custom/values.ts';
import {
  bodyOf,
  changesOf,
  choicesFrom,
  type FieldValues,
  fieldTypes,
  isChoice,
  isTree,
  nameFrom,
  newField,
  optionOf,
  screensOf,
  standardScreens,
  valuesOf,
} from '../custom-field.ts';
import { useFieldWords } from '../custom-field-labels.ts';
import type { Field } from '../edit.ts';
import { customFieldsAdminQuery, type ObjectAttribute } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordPage } from './record-page.tsx';

const changes = ['custom-fields'];

/** Types between which every value stays a value. */
const alike = [
  ['input', 'textarea', 'select', 'tree_select'],
  ['multiselect', 'multi_tree_select'],
];

/**
 * What is saved here is there at once; only programs prepare changes and carry them out later. What needs no carrying
 * out leaves theirs alone.
 */
async function carriedOut(saved: Promise<ObjectAttribute>): Promise<ObjectAttribute> {
  const attribute = await saved;
  const { to_create, to_migrate, to_config } = attribute;
  if (to_create || to_migrate || to_config) await call('executeObjectAttributeChanges');
  return attribute;
}

export function CustomFieldPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/custom-fields/$id' }).id);
  return (
    <RecordPage query={useQuery(customFieldsAdminQuery)} id={id} up="custom-fields" title={t`Field`}>
      {(field) => <Edit field={field} />}
    </RecordPage>
  );
}

function Edit({ field }: { field: ObjectAttribute }) {
  const { t } = useLingui();
  const { id, display, deletable, not_deletable_reason: reason } = field;
  const stored = useStored(field, valuesOf);
  const params = { id: String(id) };
  const editor = useEditor<FieldValues, ObjectAttribute>({
    stored,
    read: async () => valuesOf(await call('getObjectAttribute', { params })),
    write: (values, changed) =>
      carriedOut(call('updateObjectAttribute', { params, body: changesOf(values, Object.keys(changed)) })),
    done: t`The field was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={display}
      up="custom-fields"
      action={
        deletable ? (
          <DeleteButton
            question={t`${display} will be gone for good, with every value that was written in it. Make it inactive instead to keep them.`}
            done={t`The field was deleted.`}
            deed={async () => {
              await call('deleteObjectAttribute', { params });
              await call('executeObjectAttributeChanges');
            }}
            back="/admin/custom-fields"
            changes={changes}
          />
        ) : undefined
      }
    >
      {reason && <p>{reason}</p>}
      <FieldForm editor={editor} fixed={field} />
    </AdminPage>
  );
}

export function NewCustomFieldPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<FieldValues, ObjectAttribute>({
    stored: newField,
    write: (values) =>
      carriedOut(
        call('createObjectAttribute', { body: { ...bodyOf(values), name: values.name || nameFrom(values.display) } }),
      ),
    onSaved: ({ id }) => void navigate({ to: '/admin/custom-fields/$id', params: { id: String(id) }, replace: true }),
    done: t`The field was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New field`} up="custom-fields">
      <FieldForm editor={editor} saveLabel={t`Create the field`} />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<FieldValues>;
  /** The field that is there already: its object and name stay. */
  fixed?: ObjectAttribute;
  saveLabel?: string;
}

function FieldForm({ editor, fixed, saveLabel }: FormProps) {
  const { t } = useLingui();
  const words = useFieldWords();
  const { values, set } = editor;
  const labels: Record<Field<FieldValues>, string> = {
    object: t`Belongs to`,
    name: t`Name in the API`,
    display: t`Label`,
    type: t`Type`,
    kind: t`Kind of text`,
    maxlength: t`Most characters`,
    regex: t`Expected form`,
    linktemplate: t`Link`,
    min: t`Smallest`,
    max: t`Largest`,
    options: t`Options`,
    yes: t`Word for yes`,
    no: t`Word for no`,
    fallback: t`Default`,
    past: t`Past dates are allowed`,
    future: t`Future dates are allowed`,
    note: t`Hint below the field`,
    active: t`Active`,
    screens: t`Who sees it where`,
  };
  const text = (field: 'name' | 'display' | 'regex' | 'linktemplate' | 'yes' | 'no' | 'fallback' | 'note') => ({
    label: labels[field],
    value: values[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.value }),
  });
  const number = (field: 'maxlength' | 'min' | 'max') => ({
    label: labels[field],
    allowDecimal: false,
    value: values[field],
    onChange: (given: string | number) => set({ [field]: Number(given) }),
  });
  const flag = (field: 'past' | 'future' | 'active') => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.checked }),
  });
  const types = fixed ? (alike.find((group) => group.includes(fixed.data_type)) ?? [fixed.data_type]) : fieldTypes;
  const { type } = values;
  const place = '#{value}';
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Field`}>
          <Stack>
            <div className={classes.columns}>
              <Select
                label={labels.object}
                disabled={fixed !== undefined}
                allowDeselect={false}
                data={Object.entries(words.objects).map(([value, label]) => ({ value, label }))}
                value={values.object}
                onChange={(value) => {
                  const object = (value ?? 'Ticket') as FieldValues['object'];
                  set({ object, screens: standardScreens(object) });
                }}
              />
              <TextInput {...text('display')} required withAsterisk={false} maxLength={100} />
              <TextInput
                {...text('name')}
                disabled={fixed !== undefined}
                placeholder={nameFrom(values.display)}
                maxLength={60}
              />
              <Select
                label={labels.type}
                allowDeselect={false}
                data={types.map((value) => ({ value, label: words.types[value] ?? value }))}
                value={type}
                onChange={(value) => set({ type: value ?? 'input', fallback: '' })}
              />
            </div>
            {isChoice(type) && (
              <Textarea
                label={labels.options}
                description={
                  isTree(type)
                    ? t`One a line, each with the way to it: Europe::Berlin`
                    : t`One a line. Where what is stored differs from what is read: value = label`
                }
                autosize
                minRows={4}
                maxRows={16}
                value={values.options}
                onChange={(event) => set({ options: event.currentTarget.value })}
              />
            )}
            <div className={classes.columns}>
              {type === 'input' && (
                <>
                  <Select
                    label={labels.kind}
                    allowDeselect={false}
                    data={[
                      { value: 'text', label: t`Text` },
                      { value: 'email', label: t`E-mail address` },
                      { value: 'tel', label: t`Phone number` },
                      { value: 'url', label: t`Web address` },
                    ]}
                    value={values.kind}
                    onChange={(kind) => set({ kind: kind ?? 'text' })}
                  />
                  <TextInput
                    {...text('regex')}
                    description={t`A regular expression, such as ^[A-Z]-[0-9]+$`}
                    maxLength={500}
                  />
                  <TextInput
                    {...text('linktemplate')}
                    description={t`Where the value leads, with ${place} in its place`}
                    placeholder={`https://example.org/${place}`}
                    maxLength={1000}
                  />
                </>
              )}
              {(type === 'input' || type === 'textarea') && (
                <NumberInput {...number('maxlength')} min={1} max={type === 'input' ? 4_000 : 20_000} />
              )}
              {type === 'integer' && (
                <>
                  <NumberInput {...number('min')} />
                  <NumberInput {...number('max')} />
                </>
              )}
              {type === 'boolean' && (
                <>
                  <TextInput {...text('yes')} maxLength={100} />
                  <TextInput {...text('no')} maxLength={100} />
                </>
              )}
              <DefaultField values={values} set={set} label={labels.fallback} />
              <TextInput {...text('note')} maxLength={1000} />
            </div>
            {(type === 'date' || type === 'datetime') && (
              <>
                <Switch {...flag('past')} />
                <Switch {...flag('future')} />
              </>
            )}
            <Switch
              {...flag('active')}
              description={t`Of an inactive field nobody sees anything; its values come back with it.`}
            />
          </Stack>
        </Section>
        <Section title={labels.screens} lead={t`Customers see a field nowhere unless one of their boxes is ticked.`}>
          <Screens values={values} set={set} />
        </Section>
        <Section title={t`Preview`} lead={t`Nothing of it is saved.`}>
          <Preview key={`${type} ${values.kind}`} values={values} />
        </Section>
      </Stack>
    </EditForm>
  );
}

type Part = Pick<Editor<FieldValues>, 'values' | 'set'>;

function DefaultField({ values, set, label }: Part & { label: string }) {
  const { type, fallback, options, yes, no } = values;
  const choices =
    type === 'boolean'
      ? [
          { value: 'true', label: yes },
          { value: 'false', label: no },
        ]
      : choicesFrom(options, isTree(type));
  if (type === 'boolean' || type === 'select' || type === 'tree_select') {
    return (
      <Select
        label={label}
        clearable
        placeholder="–"
        data={[...new Map(choices.map((choice) => [choice.value, choice])).values()]}
        value={fallback || null}
        onChange={(value) => set({ fallback: value ?? '' })}
      />
    );
  }
  if (type === 'datetime') {
    return (
      <TextInput
        label={label}
        type="datetime-local"
        value={localTime(fallback)}
        onChange={(event) => set({ fallback: instantOf(event.currentTarget.value) ?? '' })}
      />
    );
  }
  return (
    <TextInput
      label={label}
      type={type === 'date' ? 'date' : 'text'}
      value={fallback}
      onChange={(event) => set({ fallback: event.currentTarget.value })}
    />
  );
}

/** A box for each of those who may see the field, on each screen, and whether they must fill it in. */
function Screens({ values, set }: Part) {
  const { t } = useLingui();
  const words = useFieldWords();
  const { screens, permissions } = screensOf[values.object];
  const toggle = (cell: string, on: boolean) => {
    const others = values.screens.filter((one) => one !== cell);
    const [screen, permission, what] = cell.split('/');
    const partner = `${screen}/${permission}/${what === 'shown' ? 'required' : 'shown'}`;
    // What must be filled in is shown, and what is not shown need not be filled in.
    const follows = what === 'required' && on ? [partner] : [];
    const kept = what === 'shown' && !on ? others.filter((one) => one !== partner) : others;
    set({ screens: [...new Set([...kept, ...(on ? [cell] : []), ...follows])].sort() });
  };
  const asks = (screen: string) => screen !== 'view';
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table withRowBorders={false} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            {screens.map((screen) => (
              <Table.Th key={screen} scope="col">
                {words.screens[screen]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {permissions.map((permission) => (
            <Table.Tr key={permission}>
              <Table.Th scope="row">{words.people[permission]}</Table.Th>
              {screens.map((screen) => (
                <Table.Td key={screen}>
                  <Stack gap={4}>
                    {(['shown', 'required'] as const).map((what) => {
                      const cell = `${screen}/${permission}/${what}`;
                      const label = what === 'shown' ? t`shown` : t`required`;
                      if (what === 'required' && !asks(screen)) return null;
                      return (
                        <Checkbox
                          key={what}
                          label={label}
                          aria-label={`${words.people[permission]}, ${words.screens[screen]}: ${label}`}
                          checked={values.screens.includes(cell)}
                          onChange={(event) => toggle(cell, event.currentTarget.checked)}
                        />
                      );
                    })}
                  </Stack>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Preview({ values }: { values: FieldValues }) {
  const { t } = useLingui();
  const option = optionOf(values);
  const [value, setValue] = useState<unknown>();
  const shown = { shown: true, required: false };
  return (
    <CustomInput
      field={{
        ...{ name: 'preview', display: values.display || t`Label`, data_type: values.type, data_option: option },
        ...{ position: 1, create: shown, edit: shown, view: shown },
      }}
      value={value === undefined ? (option.default ?? null) : value}
      onChange={setValue}
    />
  );
}
