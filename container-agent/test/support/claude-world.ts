import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ScriptedModel, startScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { findClaudeOnPath, resolveNativeClaude } from '../../src/agents/claude/claude-binary.ts';
import { readClaudeConfig } from '../../src/agents/claude/claude.config.ts';
import { ClaudeDriver } from '../../src/agents/claude/claude.driver.ts';
import { TestSettings } from './given-settings.ts';
import { RecordedTurn, type RecordedTurnOptions } from './recorded-turn.ts';
import { listPrograms } from './running-programs.ts';

/** The real Claude Code; null where there is none. `npm test` puts the tested version on PATH. */
export const claudeProgram = process.env['CLAUDE_BIN']
  ? await resolveNativeClaude(process.env['CLAUDE_BIN'])
  : await findClaudeOnPath(process.env['PATH']);

/** The driver and the real Claude Code in folders of their own, with the scripted model behind them. */
export class ClaudeWorld implements AsyncDisposable {
  readonly workspacePath: string;
  readonly homePath: string;
  readonly settings = new TestSettings();
  readonly statePath: string;
  driver: ClaudeDriver;

  private constructor(
    readonly model: ScriptedModel,
    private readonly root: string,
    env: NodeJS.ProcessEnv,
  ) {
    this.workspacePath = path.join(root, 'workspace');
    this.homePath = path.join(root, 'home');
    this.statePath = path.join(root, 'state');
    for (const folder of [this.workspacePath, this.homePath]) mkdirSync(folder);
    this.driver = this.createDriver(env);
  }

  static async start(env: NodeJS.ProcessEnv = {}): Promise<ClaudeWorld> {
    const root = mkdtempSync(path.join(tmpdir(), 'claude-contract-'));
    return new ClaudeWorld(await startScriptedModel(), root, env);
  }

  /** As a new container on the same volume has it. */
  async replaceDriver(env: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.driver.close();
    this.driver = this.createDriver(env);
  }

  async run(script: readonly string[], options: Partial<RecordedTurnOptions> = {}) {
    const { turn, result } = this.begin(script, options);
    return { turn, result: await result };
  }

  begin(script: readonly string[], options: Partial<RecordedTurnOptions> = {}) {
    const { workspacePath } = this;
    const turn = new RecordedTurn({ text: script.join('\n'), workspacePath, ...options });
    return { turn, result: this.driver.run(turn) };
  }

  /** The pids of the programs that run for this world. */
  listClaude(): readonly number[] {
    return listPrograms('--permission-prompt-tool=stdio', this.root);
  }

  /** The latest request that asked for an answer, as text. */
  lastRequest(): string {
    return JSON.stringify(this.model.requests.at(-1)?.body);
  }

  readFile(name: string): string {
    return readFileSync(path.join(this.workspacePath, name), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.close();
    await this.model.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  private createDriver(env: NodeJS.ProcessEnv): ClaudeDriver {
    const { workspacePath, homePath, statePath } = this;
    const gateway = { ANTHROPIC_API_KEY: 'sk-scripted', ANTHROPIC_BASE_URL: this.model.url };
    const variables = {
      CLAUDE_BIN: claudeProgram ?? undefined,
      CLAUDE_CODE_MAX_RETRIES: '2',
      ...gateway,
      ...env,
    };
    return new ClaudeDriver({
      config: readClaudeConfig(variables),
      homePath,
      workspacePath,
      statePath,
      settings: this.settings,
      environment: { PATH: process.env['PATH'], ...variables },
    });
  }
}
