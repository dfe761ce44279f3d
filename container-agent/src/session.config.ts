import { homedir } from 'node:os';
import path from 'node:path';
import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

const required = { error: 'is required' };

const absolutePath = z
  .string()
  .refine((value) => path.isAbsolute(value), 'must be an absolute path')
  .transform((value) => path.resolve(value));

function url(...protocols: readonly string[]) {
  return z
    .string(required)
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
      message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    })
    .transform((value) => value.replace(/\/+$/, ''));
}

export const sessionEnvironment = z.object({
  SESSION_ID: z.string(required).regex(/^[\w-]{1,64}$/, 'must be the id of a session'),
  SESSION_TOKEN: z.string(required),
  MAIN_APP_URL: url('http:', 'https:'),
  MAIN_APP_WS_URL: url('ws:', 'wss:').optional(),
  WORKSPACE_PATH: absolutePath.default('/workspace'),
  AGENT_HOME: absolutePath.optional(),
  STATE_PATH: absolutePath.optional(),
  OUTBOX_MAX_KB: z.coerce.number().int().min(64).max(4_194_304).default(65_536),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
  CONTAINED: z.enum(['yes', 'no']).default('no'),
  LOCAL_PAGE: z.enum(['on', 'off']).default('on'),
});

/** What this container is: one session, its folders, and where main-server is. */
export interface SessionConfig {
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly mainAppUrl: string;
  readonly mainAppWsUrl: string;
  readonly workspacePath: string;
  /** HOME of the agents. */
  readonly homePath: string;
  /** Outbox, journal and messages on their way. Survives a new container of the same session. */
  readonly statePath: string;
  /** Bytes of events on their way, above which the agent waits. */
  readonly outboxMaxBytes: number;
  readonly host: string;
  readonly port: number;
  /** Whether everything that runs beside it is the session's, as in its image; not on a shared machine. */
  readonly isContained: boolean;
  /** Whether it serves the session UI itself, to who has the link it prints. */
  readonly hasLocalPage: boolean;
}

/** main-server's providers say `off`: what they start gets its whole environment from them. */
export function isRunByHand(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.LOCAL_PAGE !== 'off';
}

/** @throws EnvironmentError */
export function readSessionConfig(env: NodeJS.ProcessEnv): SessionConfig {
  const values = parseEnv(sessionEnvironment, env);
  const workspacePath = values.WORKSPACE_PATH;
  return {
    sessionId: values.SESSION_ID,
    sessionToken: values.SESSION_TOKEN,
    mainAppUrl: values.MAIN_APP_URL,
    mainAppWsUrl: values.MAIN_APP_WS_URL ?? values.MAIN_APP_URL.replace(/^http/, 'ws'),
    workspacePath,
    homePath: values.AGENT_HOME ?? homedir(),
    statePath:
      values.STATE_PATH ?? path.join(path.dirname(workspacePath), `.${path.basename(workspacePath)}-state`),
    outboxMaxBytes: values.OUTBOX_MAX_KB * 1024,
    host: values.HOST,
    port: values.PORT,
    isContained: values.CONTAINED === 'yes',
    hasLocalPage: values.LOCAL_PAGE === 'on',
  };
}

export const sessionConfig = registerAs('session', (): SessionConfig => readSessionConfig(process.env));
