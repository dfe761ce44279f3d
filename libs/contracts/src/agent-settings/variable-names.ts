import { agentLogins, loginVariablesOf } from '../credentials/agent-logins.ts';

export const variableNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What container-agent is told, and what it tells its agents. */
const ownNames: ReadonlySet<string> = new Set([
  'SESSION_ID',
  'SESSION_TOKEN',
  'SESSION_TOKEN_FILE',
  'MAIN_APP_URL',
  'MAIN_APP_WS_URL',
  'WORKSPACE_PATH',
  'STATE_PATH',
  'OUTBOX_MAX_KB',
  'AGENT_HOME',
  'AGENT_IDLE_SECONDS',
  'ACP_AGENTS',
  'CONTAINED',
  'LOCAL_PAGE',
  'IS_SANDBOX',
]);
const ownPattern = /^CODEX_WEBAPP_|_AUTH_FILE_\d+(?:_PATH)?$|_FILE_DESCRIPTOR$/;

/** What the shell and its login set by themselves. */
const shellNames: ReadonlySet<string> = new Set([
  'HOME',
  'PWD',
  'OLDPWD',
  'SHELL',
  'TERM',
  'USER',
  'LOGNAME',
  '_',
]);

/** What decides which code a program is made of, before the program itself has a say. */
const loaderNames: ReadonlySet<string> = new Set([
  'PATH',
  'IFS',
  'ENV',
  'BASH_ENV',
  'BASHOPTS',
  'SHELLOPTS',
  'PS4',
  'PROMPT_COMMAND',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_CHANNEL_FD',
  'NODE_REPL_EXTERNAL_MODULE',
  'BUN_OPTIONS',
  'PYTHONHOME',
  'PYTHONSTARTUP',
  'GLIBC_TUNABLES',
  'GCONV_PATH',
  'LOCPATH',
]);
const loaderPattern = /^(?:LD|DYLD)_|^BASH_FUNC_/;

/** An agent logs in by these, and so do the tools that most people set them for; the agent's own login goes first. */
const sharedLogins: ReadonlySet<string> = new Set(['GH_TOKEN', 'GITHUB_TOKEN']);
const loginNames: ReadonlySet<string> = new Set(
  agentLogins.flatMap(loginVariablesOf).filter((name) => !sharedLogins.has(name)),
);

/**
 * Why a session cannot be given a variable of this name, as a sentence for people; null when it can. No boundary: what
 * runs in a session can set whatever it likes for what it starts. It keeps agents working, and keys where they belong.
 */
export function refusalOfVariable(name: string): string | null {
  if (!variableNamePattern.test(name))
    return 'A name is made of letters, digits and _, and does not begin with a digit.';
  if (ownNames.has(name) || ownPattern.test(name)) return `${name} is set by this app itself.`;
  if (shellNames.has(name)) return `${name} is set by the session's shell itself.`;
  if (loaderNames.has(name) || loaderPattern.test(name))
    return `${name} decides how programs are loaded, and could keep agents from starting. Set it in ~/.profile of the session, or in the command that needs it.`;
  if (loginNames.has(name.replace(/_FILE$/, '')))
    return `${name} is what an agent logs in by. Give it under Settings → Agents.`;
  return null;
}
