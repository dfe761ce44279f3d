import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { credentialLimits, findAgentLogin } from '@codex-webapp/contracts';
import { resolveNativeClaude } from '../agents/claude/claude-binary.ts';
import { readClaudeConfig } from '../agents/claude/claude.config.ts';
import { resolveNativeBinary } from '../agents/codex/codex-binary.ts';
import { readCodexConfig } from '../agents/codex/codex.config.ts';
import { resolveDroidBinary } from '../agents/droid/droid-binary.ts';
import { readDroidConfig } from '../agents/droid/droid.config.ts';
import type { AgentProgramOptions } from '../agents/programs/agent-program.ts';
import type { DeviceLoginConfig } from './device-login.config.ts';
import type { LoginScreen } from './login-screen.ts';

/** What came of a login. */
export type LoginResult =
  | { readonly secret: string }
  | { readonly files: readonly { readonly path: string; readonly content: string }[] };

/** How one agent logs in. The command is the whole of it: nothing anybody sends becomes a part. */
export interface LoginProgram {
  readonly program: Pick<AgentProgramOptions, 'id' | 'name' | 'binaryVariable' | 'resolveBinary'> & {
    readonly binaryPath: (env: NodeJS.ProcessEnv) => string | null;
  };
  readonly args: (config: DeviceLoginConfig) => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What must not be read from its screen. */
  readonly secret: RegExp;
  /** False: it goes on after the login, so what came of it is looked for. */
  readonly endsByItself: boolean;
  /** A question of the program that has one answer. */
  readonly question?: { readonly pattern: RegExp; readonly answer: string };
  /** Null while there is none. */
  readonly findResult: (home: string, screen: LoginScreen) => LoginResult | null;
}

const never = /(?!)/g;

export const loginPrograms: Readonly<Record<string, LoginProgram>> = {
  codex: {
    program: {
      id: 'codex',
      name: 'Codex',
      binaryVariable: 'CODEX_BIN',
      resolveBinary: resolveNativeBinary,
      binaryPath: (env) => readCodexConfig(env).binaryPath,
    },
    args: ({ codexIssuer }) => [
      'login',
      '--device-auth',
      // Else it would ask the keyring of a desktop first.
      '-c',
      'cli_auth_credentials_store="file"',
      ...(codexIssuer === null ? [] : ['--experimental_issuer', codexIssuer]),
    ],
    environment: {},
    secret: never,
    endsByItself: true,
    findResult: (home) => readFiles(home, 'codex'),
  },
  claude: {
    program: {
      id: 'claude',
      name: 'Claude Code',
      binaryVariable: 'CLAUDE_BIN',
      resolveBinary: resolveNativeClaude,
      binaryPath: (env) => readClaudeConfig(env).binaryPath,
    },
    args: () => ['setup-token'],
    // The link it shows otherwise is one of its own machine.
    environment: { CLAUDE_CODE_FULL_SIGN_IN_LINK: '1', DISABLE_TELEMETRY: '1', DISABLE_AUTOUPDATER: '1' },
    secret: /sk-ant-[\w-]+/g,
    endsByItself: true,
    findResult: (_home, screen) => {
      const [secret] = screen.find(/sk-ant-oat\d\d-[\w-]{16,}/g);
      return secret === undefined ? null : { secret };
    },
  },
  droid: {
    program: {
      id: 'droid',
      name: 'Droid',
      binaryVariable: 'DROID_BIN',
      resolveBinary: resolveDroidBinary,
      binaryPath: (env) => readDroidConfig(env).binaryPath,
    },
    args: () => [],
    environment: { FACTORY_DISABLE_KEYRING: '1', FACTORY_DROID_AUTO_UPDATE_ENABLED: 'false' },
    secret: never,
    endsByItself: false,
    question: { pattern: /> Login\b/g, answer: '\r' },
    findResult: (home) => readFiles(home, 'droid'),
  },
};

/** Null until all of them are there. */
function readFiles(home: string, agent: string): LoginResult | null {
  const paths = findAgentLogin(agent)?.deviceLogin?.files ?? [];
  const isThere = (file: string): boolean => {
    const place = path.join(home, file);
    if (!existsSync(place)) return false;
    const { size } = statSync(place);
    return size > 0 && size <= credentialLimits.fileMaxLength;
  };
  if (!paths.every(isThere)) return null;
  return {
    files: paths.map((file) => ({ path: file, content: readFileSync(path.join(home, file), 'utf8') })),
  };
}
