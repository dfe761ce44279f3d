import { authFileVariablePattern } from '@codex-webapp/contracts';

/** Marks every process of a turn, so that it is found after it left its parent, group and session. */
export const markerVariable = 'CODEX_WEBAPP_TURN';

/** What container-agent was told and agents have no business with. */
const ownVariables: ReadonlySet<string> = new Set([
  'SESSION_ID',
  'SESSION_TOKEN',
  'SESSION_TOKEN_FILE',
  'MAIN_APP_URL',
  'MAIN_APP_WS_URL',
  'STATE_PATH',
  'OUTBOX_MAX_KB',
  'AGENT_HOME',
  'PORT',
  'HOST',
  'LOG_LEVEL',
  'LOCAL_PAGE',
  'CONTAINED',
  'ACP_AGENTS',
  'NODE_ENV',
  'NODE_OPTIONS',
  'NODE_CHANNEL_FD',
]);

/**
 * The environment of an agent: ours without our token, our addresses and the auth files, which stand decoded in HOME.
 * It keeps the agent out of accidents only: what runs as the same user can read our memory.
 */
export function agentEnvironment(
  source: NodeJS.ProcessEnv,
  own: { readonly home: string; readonly workspacePath: string },
): Readonly<Record<string, string>> {
  const kept = Object.entries(source).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !ownVariables.has(entry[0]) &&
      !authFileVariablePattern.test(entry[0]) &&
      !/^(npm_|INIT_CWD$)/.test(entry[0]),
  );
  return {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(kept),
    HOME: own.home,
    PWD: own.workspacePath,
    WORKSPACE_PATH: own.workspacePath,
    TERM: 'xterm-256color',
  };
}
