// The agents' programs driven directly, with the settings our drivers start them with, and nothing else of the product.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findClaudeOnPath } from '../../../container-agent/dist/agents/claude/claude-binary.js';
import { readClaudeConfig } from '../../../container-agent/dist/agents/claude/claude.config.js';
import {
  toClaudeArguments,
  toClaudeEnvironment,
} from '../../../container-agent/dist/agents/claude/claude-settings.js';
import { findCodexOnPath } from '../../../container-agent/dist/agents/codex/codex-binary.js';
import { readCodexConfig } from '../../../container-agent/dist/agents/codex/codex.config.js';
import {
  toCodexArguments,
  toCodexEnvironment,
} from '../../../container-agent/dist/agents/codex/codex-settings.js';
import { findDroidOnPath } from '../../../container-agent/dist/agents/droid/droid-binary.js';
import { readDroidConfig } from '../../../container-agent/dist/agents/droid/droid.config.js';
import {
  toDroidArguments,
  toDroidEnvironment,
  toGatewaySettings,
} from '../../../container-agent/dist/agents/droid/droid-settings.js';

const deadlineMs = 60_000;

/** A program that speaks JSON, a message per line. `startedAt` is from before it was started. */
class RawProgram {
  startedAt = performance.now();
  #listeners = new Set();
  #lastId = 0;

  constructor(program, args, { folder, env, envelope = {} }) {
    this.folder = folder;
    this.envelope = envelope;
    this.child = spawn(program, args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const at = performance.now();
      const message = JSON.parse(line);
      for (const listener of this.#listeners) listener(message, at);
    });
  }

  get pid() {
    return this.child.pid;
  }

  send(message) {
    this.child.stdin.write(`${JSON.stringify({ ...this.envelope, ...message })}\n`);
  }

  async request(method, params) {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const answered = this.when((message) => message.id === id && message.method === undefined);
    this.send({ id, method, params });
    const { message } = await answered;
    if (message.error) throw new Error(`${method}: ${JSON.stringify(message.error)}`);
    return message.result;
  }

  /** The first message from now on that is meant, and when it came. */
  when(isMeant) {
    return new Promise((resolve, reject) => {
      const stopListening = () => {
        this.#listeners.delete(listener);
        clearTimeout(timer);
      };
      const listener = (message, at) => {
        if (!isMeant(message)) return;
        stopListening();
        resolve({ message, at });
      };
      const timer = setTimeout(() => {
        stopListening();
        reject(new Error(`Nothing came of ${this.child.spawnfile} within ${deadlineMs / 1_000} s`));
      }, deadlineMs);
      this.#listeners.add(listener);
    });
  }

  async stop() {
    const exited = once(this.child, 'exit');
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await exited;
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const makeFolder = () => mkdtemp(path.join(tmpdir(), 'codex-webapp-bench-agent-'));
const environmentOf = ({ PATH }, folder) => ({ PATH, HOME: folder });

/** Each gives a program that runs, and how a prompt is given and its answer recognised. */
export const rawAgents = {
  async codex(environment) {
    const folder = await makeFolder();
    const config = readCodexConfig(environment);
    const binary = await findCodexOnPath(environment.PATH);
    const env = toCodexEnvironment(config, environmentOf(environment, folder));
    const program = new RawProgram(binary, toCodexArguments(config), { folder, env });
    const clientInfo = { name: 'codex-webapp', title: 'Codex WebApp', version: '1' };
    await program.request('initialize', { clientInfo, capabilities: { experimentalApi: true } });
    program.send({ method: 'initialized', params: {} });
    const { thread } = await program.request('thread/start', {
      cwd: folder,
      approvalPolicy: 'never',
      sandbox: 'danger-full-access',
    });
    return {
      program,
      say: (text) =>
        void program.request('turn/start', {
          threadId: thread.id,
          input: [{ type: 'text', text, text_elements: [] }],
        }),
      isText: ({ method }) => method === 'item/agentMessage/delta',
      isEnd: ({ method }) => method === 'turn/completed',
    };
  },

  async claude(environment) {
    const folder = await makeFolder();
    const { apiKey, ...config } = readClaudeConfig(environment);
    const conversation = { id: randomUUID(), isResumed: false };
    const { environment: own } = toClaudeEnvironment(config, environmentOf(environment, folder));
    // Our driver hands the key over through a pipe; here it stands in the environment.
    const env = { ...own, ANTHROPIC_API_KEY: apiKey };
    const binary = await findClaudeOnPath(environment.PATH);
    const program = new RawProgram(binary, toClaudeArguments(config, conversation, 'full-auto'), {
      folder,
      env,
    });
    return {
      program,
      say: (text) =>
        program.send({
          type: 'user',
          message: { role: 'user', content: [{ type: 'text', text }] },
          parent_tool_use_id: null,
          session_id: '',
        }),
      isText: ({ type, event }) => type === 'stream_event' && event.delta?.type === 'text_delta',
      isEnd: ({ type }) => type === 'result',
    };
  },

  async droid(environment) {
    const folder = await makeFolder();
    const config = readDroidConfig(environment);
    const settings = path.join(folder, 'settings.json');
    await writeFile(settings, toGatewaySettings(config));
    const program = new RawProgram(await findDroidOnPath(environment.PATH), toDroidArguments(settings), {
      folder,
      env: toDroidEnvironment(config, environmentOf(environment, folder), ''),
      envelope: { jsonrpc: '2.0', factoryApiVersion: '1.0.0', type: 'request' },
    });
    const mode = { autonomyLevel: 'high', interactionMode: 'auto' };
    const { availableModels } = await program.request('droid.initialize_session', {
      machineId: 'bench',
      cwd: folder,
      mcpServers: [],
      ...mode,
    });
    const modelId = availableModels.find(({ isCustom }) => isCustom).id;
    await program.request('droid.update_session_settings', { ...mode, modelId });
    const told = (type) => (message) => message.params?.notification?.type === type;
    return {
      program,
      say: (text) => void program.request('droid.add_user_message', { text }),
      isText: told('assistant_text_delta'),
      isEnd: told('agent_turn_completed'),
    };
  },
};
