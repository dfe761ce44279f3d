import type {
  GitBranch,
  GitChange,
  GitChangedFile,
  GitCommit,
  GitStatusResponse,
} from '@codex-webapp/contracts';

/** Separates the fields of a commit or a branch; git replaces it nowhere, so a subject that holds one only costs itself. */
export const fieldSeparator = '\u001f';

export const commitFormat = ['%H', '%P', '%an', '%ae', '%aI', '%s'].join('%x1f');
export const branchFormat = [
  '%(refname)',
  '%(HEAD)',
  '%(objectname)',
  '%(upstream:short)',
  '%(committerdate:iso-strict)',
].join('%1f');

const changes: Readonly<Record<string, GitChange>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
  U: 'conflicted',
};

/** `git status --porcelain=v2 --branch -z` */
export function parseStatus(output: string, changesMax: number): GitStatusResponse {
  const records = output.split('\0').filter((record) => record !== '');
  const headers = new Map<string, string>();
  const found: GitChangedFile[] = [];
  for (let i = 0; i < records.length; i++) {
    const record = records[i] ?? '';
    if (record.startsWith('# ')) {
      const [name = '', ...rest] = record.slice(2).split(' ');
      headers.set(name, rest.join(' '));
      continue;
    }
    // A renamed file is followed by a record of its own: where it was.
    const previous = record.startsWith('2 ') ? (records[(i += 1)] ?? null) : null;
    const change = parseChange(record, previous);
    if (change) found.push(change);
  }
  const [ahead, behind] = /^\+(\d+) -(\d+)$/.exec(headers.get('branch.ab') ?? '')?.slice(1) ?? [];
  const branch = headers.get('branch.head') ?? null;
  const head = headers.get('branch.oid') ?? null;
  return {
    branch: branch === '(detached)' ? null : branch,
    head: head === '(initial)' ? null : head,
    upstream: headers.get('branch.upstream') ?? null,
    ahead: ahead === undefined ? null : Number(ahead),
    behind: behind === undefined ? null : Number(behind),
    changes: found.slice(0, changesMax),
    isTruncated: found.length > changesMax,
  };
}

/** How many fields stand before the path. */
const fieldsBefore: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10 };

function parseChange(record: string, previousPath: string | null): GitChangedFile | null {
  const kind = record[0] ?? '';
  if (kind === '?') {
    return { path: record.slice(2), previousPath: null, staged: null, unstaged: 'untracked' };
  }
  const before = fieldsBefore[kind];
  if (before === undefined) return null;
  const fields = record.split(' ');
  const path = fields.slice(before).join(' ');
  if (path === '') return null;
  if (kind === 'u') return { path, previousPath: null, staged: null, unstaged: 'conflicted' };
  const [staged = '', unstaged = ''] = fields[1] ?? '';
  return { path, previousPath, staged: changes[staged] ?? null, unstaged: changes[unstaged] ?? null };
}

/** `git log -z --format=<commitFormat>` */
export function parseLog(output: string): readonly GitCommit[] {
  return output
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => {
      const [hash = '', parents = '', authorName = '', authorEmail = '', authoredAt = '', ...subject] =
        record.split(fieldSeparator);
      return {
        hash,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        authorName,
        authorEmail,
        authoredAt,
        subject: subject.join(fieldSeparator),
      };
    });
}

/** `git for-each-ref --format=<branchFormat>` */
export function parseBranches(output: string): readonly GitBranch[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [ref = '', current = '', head = '', upstream = '', committedAt = ''] = line.split(fieldSeparator);
      const [, place, name] = /^refs\/(heads|remotes)\/(.+)$/.exec(ref) ?? [];
      // What a remote's default is called is not a branch.
      if (name === undefined || (place === 'remotes' && name.endsWith('/HEAD'))) return [];
      return [
        {
          name,
          isRemote: place === 'remotes',
          isCurrent: current === '*',
          head,
          upstream: upstream === '' ? null : upstream,
          committedAt,
        },
      ];
    });
}
