/** The variables that git in a session logs in to repositories by, as what a user has to set. */
export const gitLoginAdvice = {
  https:
    'a token as a secret variable of your Environment: GITHUB_TOKEN, GITLAB_TOKEN or, for any host, GIT_TOKENS (host=token)',
  ssh: 'a private key without a passphrase as the secret variable GIT_SSH_KEY',
} as const;
