import { Field, Input } from '@codex-webapp/ui';

type Props = {
  label: string;
  hint?: string | undefined;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  pattern?: string;
  maxLength?: number;
  isSecret?: boolean;
  isOptional?: boolean;
};

/** Names and codes, so nothing corrects, completes or remembers what is typed. */
export function LoginField({ label, hint, value, onChange, isSecret = false, ...rest }: Props) {
  const { placeholder, pattern, maxLength, isOptional = false } = rest;
  return (
    <Field label={label} hint={hint} isOptional={isOptional}>
      {(control) => (
        <Input
          {...control}
          type={isSecret ? 'password' : 'text'}
          value={value}
          placeholder={placeholder}
          pattern={pattern}
          maxLength={maxLength}
          required={!isOptional}
          autoComplete={isSecret ? 'new-password' : 'off'}
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
