import { rmSync, mkdirSync } from 'node:fs';
import {
  deviceLoginLimits,
  deviceLoginMainFrameSchema,
  type DeviceLoginAgentFrame,
} from '@codex-webapp/contracts';
import { toSocketText } from '@codex-webapp/nest-kit';
import { Logger } from '@nestjs/common';
import { WebSocket } from 'ws';
import { AgentSetupError } from '../agents/programs/agent-setup.error.ts';
import { parseJson } from '../agents/programs/json-lines.ts';
import { createLoginFolder } from '../logins/login-folder.ts';
import { readSessionConfig, type SessionConfig } from '../session.config.ts';
import type { DeviceLoginConfig } from './device-login.config.ts';
import { loginPrograms } from './login-programs.ts';
import { LoginRun, type LoginOutcome } from './login-run.ts';

const logger = new Logger('DeviceLogin');
const handshakeTimeoutMs = 20_000;
/** Longer than main-server gives any login: it ends this program by itself only where nobody else did. */
const longestMs = deviceLoginLimits.deadlineMs + 60_000;
/** For the last frame to be on its way. */
const closeGraceMs = 5_000;

/**
 * Runs the one command that logs an agent in, shows its terminal to main-server, hands over what came of it, and
 * ends. Without main-server it ends at once, and takes everything with it.
 */
export async function runDeviceLogin(login: DeviceLoginConfig, env: NodeJS.ProcessEnv): Promise<void> {
  const config = readSessionConfig(env);
  const home = createHome(config);
  const program = loginPrograms[login.agent];
  const screen = { show: (_frame: DeviceLoginAgentFrame): void => undefined };
  const run =
    program &&
    (await LoginRun.create({
      login: program,
      config: login,
      environment: env,
      home,
      statePath: config.statePath,
      onShown: ({ lines, links }) =>
        screen.show({ type: 'device_login.shown', lines: [...lines], links: [...links] }),
    }));
  const end = async (exitCode: number): Promise<never> => {
    await run?.stop();
    rmSync(home, { recursive: true, force: true });
    process.exit(exitCode);
  };
  process.on('SIGTERM', () => void end(0));
  process.on('SIGINT', () => void end(0));
  setTimeout(() => void end(1), longestMs).unref();
  // Last, and nothing is awaited from here on: it may be open before anything else happens.
  const socket = dial(config);
  screen.show = (frame) => socket.send(JSON.stringify(frame));
  socket.on('close', () => void end(0));
  socket.on('message', (data) => {
    const frame = deviceLoginMainFrameSchema.safeParse(parseJson(toSocketText(data)));
    if (frame.success) run?.type(frame.data.text);
  });
  socket.once('open', () => void serve(socket, login.agent, run));
}

function dial(config: SessionConfig): WebSocket {
  const socket = new WebSocket(`${config.mainAppWsUrl}/ws/device-logins/${config.sessionId}`, {
    headers: { authorization: `Bearer ${config.sessionToken}` },
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: deviceLoginLimits.frameMaxBytes,
    perMessageDeflate: false,
    followRedirects: false,
  });
  socket.on('error', (error) => logger.warn({ msg: 'The socket failed', reason: error.message }));
  return socket;
}

/** Runs the login and says how it ended; main-server closes nothing before it has heard that. */
async function serve(socket: WebSocket, agent: string, run: LoginRun | undefined): Promise<void> {
  logger.log({ msg: 'Device login begins', agent });
  const outcome = await finish(run);
  logger.log({ msg: 'Device login ended', agent, hasSucceeded: outcome.result !== null });
  socket.send(JSON.stringify(toFrame(outcome)));
  setTimeout(() => socket.terminate(), closeGraceMs);
  socket.close(1000);
}

async function finish(run: LoginRun | undefined): Promise<LoginOutcome> {
  if (run === undefined) return { result: null, message: 'This version cannot log this agent in.' };
  try {
    return await run.finish();
  } catch (error) {
    if (error instanceof AgentSetupError) return { result: null, message: error.message };
    logger.error({ msg: 'The login could not be run', err: error });
    return { result: null, message: 'The program could not be started. The log of the server says more.' };
  }
}

function toFrame(outcome: LoginOutcome): DeviceLoginAgentFrame {
  if (outcome.result === null) return { type: 'device_login.failed', message: outcome.message };
  if ('secret' in outcome.result) return { type: 'device_login.succeeded', secret: outcome.result.secret };
  return { type: 'device_login.succeeded', files: outcome.result.files.map((file) => ({ ...file })) };
}

/** In memory where that is the container's own; on a shared machine below what is deleted with the login. */
function createHome(config: SessionConfig): string {
  if (config.isContained) return createLoginFolder(config.sessionId);
  mkdirSync(config.homePath, { recursive: true, mode: 0o700 });
  return config.homePath;
}
