import { gitLoginAdvice, preparationLimits } from '@codex-webapp/contracts/preparations';
import { Field, Input, Textarea } from '@codex-webapp/ui';
import { useState } from 'react';
import { findPreparationProblems, type PreparationDraft } from '../../model/preparation-draft.ts';

type Props = {
  draft: PreparationDraft;
  onChange: (draft: PreparationDraft) => void;
};

/** What the workspace begins with: a clone, a setup script, or neither. */
export function PreparationFields({ draft, onChange }: Props) {
  const [hasLeftUrl, setHasLeftUrl] = useState(false);
  const { url, branch } = findPreparationProblems(draft);
  const hasRepository = draft.url.trim() !== '';
  return (
    <>
      <Field
        label="Repository"
        isOptional
        hint={`Cloned into the workspace before the first prompt is run. For a private one set, with an https address, ${gitLoginAdvice.https}; with an ssh address, ${gitLoginAdvice.ssh}.`}
        // Not while it is being typed: every address is wrong at first.
        error={hasLeftUrl ? url : null}
      >
        {(control) => (
          <Input
            {...control}
            value={draft.url}
            onChange={({ target }) => onChange({ ...draft, url: target.value })}
            onBlur={() => setHasLeftUrl(true)}
            placeholder="https://example.org/team/app.git"
            inputMode="url"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
          />
        )}
      </Field>
      {hasRepository && (
        <>
          <Field label="Branch or tag" isOptional error={branch}>
            {(control) => (
              <Input
                {...control}
                value={draft.branch}
                onChange={({ target }) => onChange({ ...draft, branch: target.value })}
                placeholder="The one the repository begins with"
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
            )}
          </Field>
          <label className="flex items-center gap-2 text-13 text-text pointer-coarse:min-h-11">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={draft.isShallow}
              onChange={({ target }) => onChange({ ...draft, isShallow: target.checked })}
            />
            Only the newest commit, without its history
          </label>
        </>
      )}
      <Field label="Setup script" isOptional hint="Run once by bash in the workspace, after the clone.">
        {(control) => (
          <Textarea
            {...control}
            value={draft.script}
            rows={3}
            maxLength={preparationLimits.scriptMaxLength}
            onChange={({ target }) => onChange({ ...draft, script: target.value })}
            placeholder="npm ci"
            className="font-mono text-13"
            autoCapitalize="off"
            spellCheck={false}
          />
        )}
      </Field>
    </>
  );
}
