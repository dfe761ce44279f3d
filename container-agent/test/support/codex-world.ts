import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ScriptedModel, startScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { findCodexOnPath, resolveNativeBinary } from '../../src/agents/codex/codex-binary.ts';
import { readCodexConfig } from '../../src/agents/codex/codex.config.ts';
import { CodexDriver } from '../../src/agents/codex/codex.driver.ts';
import { TestSettings } from './given-settings.ts';
import { RecordedTurn, type RecordedTurnOptions } from './recorded-turn.ts';
import { listPrograms } from './running-programs.ts';

/** The real codex; null where there is none. `npm test` puts the tested version on PATH. */
export const codexProgram = process.env['CODEX_BIN']
  ? await resolveNativeBinary(process.env['CODEX_BIN'])
  : await findCodexOnPath(process.env['PATH']);

/** The driver and the real codex in folders of their own, with the scripted model behind them. */
export class CodexWorld implements AsyncDisposable {
  readonly homePath: string;
  readonly workspacePath: string;
  readonly settings = new TestSettings();
  driver: CodexDriver;

  private constructor(
    readonly model: ScriptedModel,
    private readonly root: string,
  ) {
    this.workspacePath = path.join(root, 'workspace');
    this.homePath = path.join(root, 'home');
    for (const folder of [this.workspacePath, this.homePath]) mkdirSync(folder);
    this.driver = this.createDriver({});
  }

  static async start(): Promise<CodexWorld> {
    return new CodexWorld(await startScriptedModel(), mkdtempSync(path.join(tmpdir(), 'codex-world-')));
  }

  /** As a new container on the same volume has it. */
  async replaceDriver(env: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.driver.close();
    this.driver = this.createDriver(env);
  }

  /** As `replaceDriver`, while the earlier one still lives; closing that is the caller's. */
  supersedeDriver(): CodexDriver {
    const earlier = this.driver;
    this.driver = this.createDriver({});
    return earlier;
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
  listCodex(): readonly number[] {
    return listPrograms('app-server', this.root);
  }

  /** The latest request to the model. */
  lastRequest() {
    return this.model.requests.at(-1)?.body as {
      readonly model: string;
      readonly reasoning: object;
      readonly input: readonly object[];
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.close();
    await this.model.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  private createDriver(env: NodeJS.ProcessEnv): CodexDriver {
    const { homePath, workspacePath, settings } = this;
    const gateway = {
      OPENAI_API_KEY: 'sk-scripted',
      OPENAI_BASE_URL: `${this.model.url}/v1`,
      CODEX_MODEL: 'gpt-5.5',
    };
    return new CodexDriver({
      config: readCodexConfig({ ...gateway, CODEX_BIN: codexProgram ?? undefined, ...env }),
      homePath,
      workspacePath,
      statePath: path.join(this.root, 'state'),
      settings,
      environment: { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-scripted' },
    });
  }
}
