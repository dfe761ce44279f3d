import {
  findAddressProblem,
  findBranchProblem,
  preparationLimits,
} from '@codex-webapp/contracts/preparations';
import type { CreateSessionRequest } from '@codex-webapp/contracts/sessions';
import { Field, Input, Textarea } from '@codex-webapp/ui';
import { useState } from 'react';

/** What stands in the fields, as it was typed. */
export interface PreparationDraft {
  readonly url: string;
  readonly branch: string;
  readonly isShallow: boolean;
  readonly script: string;
}

export const emptyPreparation: PreparationDraft = { url: '', branch: '', isShallow: false, script: '' };

type Props = {
  draft: PreparationDraft;
  onChange: (draft: PreparationDraft) => void;
};

/** What the workspace begins with: a clone, a setup script, or neither. */
export function PreparationFields({ draft, onChange }: Props) {
  const [hasLeftUrl, setHasLeftUrl] = useState(false);
  const { url, branch } = problemsOf(draft);
  const hasRepository = draft.url.trim() !== '';
  return (
    <>
      <Field
        label="Repository"
        isOptional
        hint="Cloned into the workspace before the first prompt is run."
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

export function isPreparationGood(draft: PreparationDraft): boolean {
  const { url, branch } = problemsOf(draft);
  return url === null && branch === null;
}

export function toPreparationRequest(
  draft: PreparationDraft,
): Pick<CreateSessionRequest, 'repository' | 'setupScript'> {
  const url = draft.url.trim();
  const branch = draft.branch.trim();
  const { isShallow, script } = draft;
  return {
    ...(url === '' ? {} : { repository: { url, isShallow, ...(branch === '' ? {} : { branch }) } }),
    ...(script.trim() === '' ? {} : { setupScript: script }),
  };
}

function problemsOf({ url, branch }: PreparationDraft): { url: string | null; branch: string | null } {
  if (url.trim() === '') return { url: null, branch: null };
  return {
    url: findAddressProblem(url.trim()),
    branch: branch.trim() === '' ? null : findBranchProblem(branch.trim()),
  };
}
