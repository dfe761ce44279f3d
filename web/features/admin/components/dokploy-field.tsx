import { Field, Input, Textarea } from '@codex-webapp/ui';

type Props = {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'url' | 'password';
  /** Shows what holds while it is empty. */
  placeholder?: string;
  isRequired?: boolean;
  isOptional?: boolean;
  isDisabled?: boolean;
  isMultiline?: boolean;
  maxLength?: number;
};

/** One setting of Dokploy: names and codes, so nothing corrects or completes what is typed. */
export function DokployField({ label, hint, value, onChange, type = 'text', ...rest }: Props) {
  const { placeholder, isRequired, isOptional, isDisabled, isMultiline, maxLength } = rest;
  return (
    <Field label={label} hint={hint} isOptional={isOptional}>
      {(control) => {
        const common = {
          ...control,
          value,
          placeholder,
          disabled: isDisabled,
          required: isRequired,
          maxLength,
          autoComplete: type === 'password' ? 'new-password' : 'off',
          autoCapitalize: 'none',
          spellCheck: false,
          onChange: (event: { target: { value: string } }) => onChange(event.target.value),
        };
        return isMultiline ? <Textarea {...common} rows={2} /> : <Input {...common} type={type} />;
      }}
    </Field>
  );
}
