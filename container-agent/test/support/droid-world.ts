import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ScriptedModel, startScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { findDroidOnPath, resolveDroidBinary } from '../../src/agents/droid/droid-binary.ts';
import { readDroidConfig } from '../../src/agents/droid/droid.config.ts';
import { DroidDriver } from '../../src/agents/droid/droid.driver.ts';
import { TestSettings } from './given-settings.ts';
import { RecordedTurn, type RecordedTurnOptions } from './recorded-turn.ts';
import { listPrograms } from './running-programs.ts';

/** The real droid; null where there is none. `npm test` puts the tested version on PATH. */
export const droidProgram = process.env['DROID_BIN']
  ? await resolveDroidBinary(process.env['DROID_BIN'])
  : await findDroidOnPath(process.env['PATH']);

/** The driver and the real droid in folders of their own, with the scripted model behind them. */
export class DroidWorld implements AsyncDisposable {
  readonly workspacePath: string;
  readonly homePath: string;
  readonly settings = new TestSettings();
  driver: DroidDriver;

  private constructor(
    readonly model: ScriptedModel,
    private readonly root: string,
  ) {
    this.workspacePath = path.join(root, 'workspace');
    this.homePath = path.join(root, 'home');
    for (const folder of [this.workspacePath, this.homePath]) mkdirSync(folder);
    this.driver = this.createDriver({});
  }

  static async start(): Promise<DroidWorld> {
    return new DroidWorld(await startScriptedModel(), mkdtempSync(path.join(tmpdir(), 'droid-contract-')));
  }

  /** As a new container on the same volume has it. */
  async replaceDriver(env: NodeJS.ProcessEnv = {}, inherited: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.driver.close();
    this.driver = this.createDriver(env, inherited);
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
  listDroids(): readonly number[] {
    return listPrograms('stream-jsonrpc', this.root);
  }

  /** The latest request that was no request for a title, as text. */
  lastRequest(): string {
    const bodies = this.model.requests.map(({ body }) => JSON.stringify(body));
    return bodies.findLast((body) => body.includes('"tools":[{')) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.close();
    await this.model.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  private createDriver(env: NodeJS.ProcessEnv, inherited: NodeJS.ProcessEnv = {}): DroidDriver {
    const { workspacePath, homePath } = this;
    const gateway = {
      DROID_API_KEY: 'sk-scripted',
      DROID_BASE_URL: `${this.model.url}/v1`,
      DROID_MODEL: 'scripted',
    };
    return new DroidDriver({
      config: readDroidConfig({ ...gateway, DROID_BIN: droidProgram ?? undefined, ...env }),
      homePath,
      workspacePath,
      statePath: path.join(this.root, 'state'),
      settings: this.settings,
      environment: { PATH: process.env['PATH'], DROID_API_KEY: 'sk-scripted', ...inherited },
    });
  }
}
