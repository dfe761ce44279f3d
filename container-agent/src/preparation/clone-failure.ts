const causes: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /permission denied \(/i,
    'The server of the repository takes no ssh key that this session has. Use the https address and a token, or put a key into ~/.ssh of the session.',
  ],
  [
    /authentication failed|invalid credentials|the requested url returned error: 40[13]/i,
    'The server of the repository refuses the login that it was given: the token has ended, or may not read this repository.',
  ],
  [
    /could not read username|terminal prompts disabled/i,
    'The server of the repository wants a login, or there is no such repository. Set a token as a secret variable: GITHUB_TOKEN, GITLAB_TOKEN or, for any host, GIT_TOKENS (host=token). Then try again.',
  ],
  [/remote branch .* not found/i, 'The repository has no such branch.'],
  [
    /repository .* not found|does not exist|not found$|returned error: 404/im,
    'There is no repository at this address.',
  ],
  [
    /could not resolve host/i,
    'The host of the address is not known. Is it spelled right, and may this session reach the internet?',
  ],
  [
    /could not connect|connection (?:refused|timed out|reset)|failed to connect|network is unreachable|no route to host|too slow/i,
    'The server of the repository cannot be reached from this session.',
  ],
  [/certificate|ssl/i, 'The server of the repository shows a certificate that is not trusted here.'],
  [/host key verification failed/i, 'The server of the repository is not the one that this session knows.'],
  [/no space left|disk quota/i, 'The disk of the session is full.'],
];

/** Why a clone failed, from what git said. */
export function explainCloneFailure(output: string, exitCode: number | null): string {
  const known = causes.find(([pattern]) => pattern.test(output));
  return known?.[1] ?? `Git could not clone the repository (it ended with ${exitCode ?? 'a signal'}).`;
}
