import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { LeasedLogin } from '@codex-webapp/contracts';
import { Logger } from '@nestjs/common';
import { startScriptedModel, type ScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { findCodexOnPath } from '../src/agents/codex/codex-binary.ts';
import { readCodexConfig } from '../src/agents/codex/codex.config.ts';
import { CodexDriver } from '../src/agents/codex/codex.driver.ts';
import { noLogins, type AgentLogin, type AgentLogins } from '../src/logins/agent-login.ts';
import { describeWith } from './support/describe-with.ts';
import { ModelGate } from './support/model-gate.ts';
import { RecordedTurn } from './support/recorded-turn.ts';

const program = process.env['CODEX_BIN'] ?? (await findCodexOnPath(process.env['PATH']));
const describeWithCodex = describeWith('codex', program !== null);

Logger.overrideLogger(false);

/** The real codex behind a gate that asks for the right key. */
describeWithCodex('codex, logged in by the owner of its session', () => {
  let root: string;
  let model: ScriptedModel;
  let gate: ModelGate;
  let driver: CodexDriver;
  let login: AgentLogin | null;
  let renewals: string[];
  let renewedTo: LeasedLogin;

  const logins: AgentLogins = {
    ...noLogins,
    find: () => Promise.resolve(login),
    renew: (_agent, refusedToken) => {
      renewals.push(refusedToken);
      return Promise.resolve(renewedTo);
    },
  };

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'codex-logins-'));
    model = await startScriptedModel();
    gate = await ModelGate.before(model.url);
    renewals = [];
    await mkdir(path.join(root, 'workspace'));
    const own = { CODEX_BIN: program ?? '', CODEX_MODEL: 'gpt-5.5', OPENAI_API_KEY: 'sk-of-the-server' };
    driver = new CodexDriver({
      config: readCodexConfig(own),
      homePath: path.join(root, 'home'),
      workspacePath: path.join(root, 'workspace'),
      statePath: path.join(root, 'state'),
      environment: { PATH: process.env['PATH'], ...own },
      logins,
    });
  });
  afterEach(async () => {
    await driver.close();
    await gate.close();
    await model.close();
    await rm(root, { recursive: true, force: true });
  });

  async function run(text: string) {
    const turn = new RecordedTurn({ text, workspacePath: path.join(root, 'workspace') });
    return { turn, result: await driver.run(turn) };
  }

  function byKey(key: string): AgentLogin {
    return {
      revision: key,
      environment: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${gate.url}/v1` },
      withoutVariables: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'],
      lease: null,
    };
  }

  it('uses the key of the owner, and another one with the next message', async () => {
    login = byKey('sk-first');
    gate.known.add('sk-first').add('sk-second');
    expect((await run('say: one')).result).toEqual({ outcome: 'completed' });
    login = byKey('sk-second');
    expect((await run('say: two')).result).toEqual({ outcome: 'completed' });
    expect([...new Set(gate.seen)]).toEqual(['sk-first', 'sk-second']);
  });

  it('keeps the key from the commands it runs', async () => {
    login = byKey('sk-canary');
    gate.known.add('sk-canary');
    const { turn } = await run('run: env; cat /proc/self/environ | tr "\\0" "\\n"\nsay: done');
    expect(JSON.stringify(turn.events)).not.toMatch(/sk-canary|sk-of-the-server/);
  });

  it('works by a token that is leased, and gets another one when it is refused', async () => {
    const lease = (name: string) => ({ accessToken: toToken(name), accountId: 'account-1', plan: 'pro' });
    const first = lease('first');
    login = { revision: 'r', environment: {}, withoutVariables: ['OPENAI_API_KEY'], lease: first };
    renewedTo = lease('second');
    gate.known.add(renewedTo.accessToken);
    await mkdir(path.join(root, 'home/.codex'), { recursive: true });
    const settings = [
      `openai_base_url = "${gate.url}/v1"`,
      `chatgpt_base_url = "${gate.url}/backend-api"`,
      // The scripted model reads plain bodies.
      'features.enable_request_compression = false',
    ];
    await writeFile(path.join(root, 'home/.codex/config.toml'), settings.join('\n'));
    expect((await run('say: hello')).result).toEqual({ outcome: 'completed' });
    expect(renewals).toEqual([first.accessToken]);
    expect(gate.seen.at(-1)).toBe(renewedTo.accessToken);
  });
});

/** As OpenAI's look: their claims say whose they are. */
function toToken(name: string): string {
  const claims = {
    exp: Math.floor(Date.now() / 1_000) + 86_400,
    jti: name,
    'https://api.openai.com/profile': { email: 'user@example.com' },
    'https://api.openai.com/auth': { chatgpt_account_id: 'account-1', chatgpt_plan_type: 'pro' },
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}
