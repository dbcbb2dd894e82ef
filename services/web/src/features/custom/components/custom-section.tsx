import { useLingui } from '@lingui/react/macro';
import { Section } from '../../../ui/section.tsx';
import { useCustomFields } from '../queries.ts';
import { CustomInputs } from './custom-inputs.tsx';

/** The custom fields of a record's form as a section of it. */
export function CustomSection(props: React.ComponentProps<typeof CustomInputs>) {
  const { t } = useLingui();
  const fields = useCustomFields(props.object, props.screen);
  if (fields.length === 0) return null;
  return (
    <Section title={t`Custom fields`}>
      <CustomInputs {...props} />
    </Section>
  );
}
