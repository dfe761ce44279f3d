import { findAddressProblem, findBranchProblem } from '@codex-webapp/contracts/preparations';
import type { CreateSessionRequest } from '@codex-webapp/contracts/sessions';

/** What the workspace begins with, as it was typed. */
export interface PreparationDraft {
  readonly url: string;
  readonly branch: string;
  readonly isShallow: boolean;
  readonly script: string;
}

export const emptyPreparation: PreparationDraft = { url: '', branch: '', isShallow: false, script: '' };

/** Null where there is nothing to say against it. */
export function findPreparationProblems({ url, branch }: PreparationDraft): {
  url: string | null;
  branch: string | null;
} {
  if (url.trim() === '') return { url: null, branch: null };
  return {
    url: findAddressProblem(url.trim()),
    branch: branch.trim() === '' ? null : findBranchProblem(branch.trim()),
  };
}

export function isPreparationValid(draft: PreparationDraft): boolean {
  const { url, branch } = findPreparationProblems(draft);
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
