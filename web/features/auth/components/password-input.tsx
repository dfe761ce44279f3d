'use client';

import { Input, type FieldControl } from '@codex-webapp/ui';
import { useState } from 'react';

type Props = {
  control: FieldControl;
  value: string;
  onChange: (value: string) => void;
  autoComplete: 'current-password' | 'new-password';
  minLength?: number;
};

/** A password that can be looked at. */
export function PasswordInput({ control, value, onChange, autoComplete, minLength }: Props) {
  const [isShown, setIsShown] = useState(false);
  return (
    <span className="relative block">
      <Input
        {...control}
        type={isShown ? 'text' : 'password'}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete={autoComplete}
        minLength={minLength}
        autoCapitalize="none"
        spellCheck={false}
        required
        className="pr-16"
      />
      <button
        type="button"
        aria-pressed={isShown}
        aria-label={isShown ? 'Hide the password' : 'Show the password'}
        onClick={() => setIsShown(!isShown)}
        className="absolute inset-y-1 right-1 rounded px-2.5 text-xs font-medium text-muted hover:text-text focus-visible:outline-offset-0"
      >
        {isShown ? 'Hide' : 'Show'}
      </button>
    </span>
  );
}
