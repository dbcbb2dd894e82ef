import type { CustomObject, CustomScreen, CustomValues } from '../queries.ts';
import { useCustomFields } from '../queries.ts';
import { shownValue } from '../values.ts';
import classes from './custom.module.css';
import { CustomInput } from './custom-input.tsx';

interface Props {
  object: CustomObject;
  screen: CustomScreen;
  /** What is stored; nothing for something new. */
  stored?: CustomValues;
  /** What was written in the form so far. */
  values: CustomValues;
  onChange: (values: CustomValues) => void;
  /** Names of fields that must still be filled in. */
  missing?: readonly string[];
  missingText?: string;
}

const nothing: CustomValues = {};

/** The custom fields of a form, in the order in which they stand; nothing at all where there are none. */
export function CustomInputs({ object, screen, stored = nothing, values, onChange, missing = [], missingText }: Props) {
  const fields = useCustomFields(object, screen);
  if (fields.length === 0) return null;
  return (
    <div className={classes.columns}>
      {fields.map((field) => (
        <div key={field.name} className={field.data_type === 'textarea' ? classes.wide : undefined}>
          <CustomInput
            field={field}
            required={field[screen].required}
            value={shownValue(field, stored, values)}
            onChange={(value) => onChange({ ...values, [field.name]: value })}
            error={missing.includes(field.name) ? missingText : undefined}
          />
        </div>
      ))}
    </div>
  );
}
