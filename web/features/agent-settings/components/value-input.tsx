import { Textarea, type FieldControl } from '@codex-webapp/ui';

type Props = Partial<FieldControl> & {
  value: string;
  onChange: (value: string) => void;
  isSecret: boolean;
  placeholder?: string;
  maxLength?: number;
  'aria-label'?: string;
};

const rowsMax = 6;

/** A value of one or more lines, as keys have; what is secret is not readable over a shoulder. */
export function ValueInput({ value, onChange, isSecret, ...rest }: Props) {
  return (
    <Textarea
      {...rest}
      value={value}
      rows={Math.min(rowsMax, value.split('\n').length)}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      onChange={(event) => onChange(event.target.value)}
      className={isSecret ? 'concealed font-mono' : 'font-mono'}
    />
  );
}
