'use client';

import { credentialLimits } from '@codex-webapp/contracts/credentials';
import { Button, Field, Textarea } from '@codex-webapp/ui';
import { useRef, useState, type ChangeEvent } from 'react';

type Props = {
  /** Where the agent keeps it, below HOME. */
  path: string;
  /** What makes it. */
  source: string;
  value: string;
  onChange: (value: string) => void;
};

/** The content of a login file: picked, or pasted. */
export function FileField({ path, source, value, onChange }: Props) {
  const picker = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const handlePick = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    // The same file can be picked again after it was changed.
    target.value = '';
    if (file === undefined) return;
    if (file.size > credentialLimits.fileMaxLength) {
      setProblem('This file is too large for a login.');
      return;
    }
    setProblem(null);
    onChange(await file.text());
  };

  return (
    <div className="flex flex-col gap-2">
      <Field label={`Content of ~/${path}`} hint={`Made by: ${source}.`} error={problem}>
        {(control) => (
          <Textarea
            {...control}
            value={value}
            rows={5}
            maxLength={credentialLimits.fileMaxLength}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="font-mono text-xs"
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <input
        ref={picker}
        type="file"
        aria-label={`File ~/${path}`}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => void handlePick(event)}
      />
      <Button size="sm" className="self-start" onClick={() => picker.current?.click()}>
        Choose the file…
      </Button>
    </div>
  );
}
