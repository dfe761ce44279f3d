import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ScriptedModel, startScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { shippedAcpAgents } from '../../src/agents/acp/acp-agents.ts';
import { AcpDriver } from '../../src/agents/acp/acp.driver.ts';
import { readProcessTable } from '../../src/process/index.ts';
import { TestSettings } from './given-settings.ts';
import { environmentFor, type RealAcpAgent } from './real-acp-agents.ts';
import { RecordedTurn, type RecordedTurnOptions } from './recorded-turn.ts';
import { environmentOf } from './running-programs.ts';
import { waitFor } from './wait-for.ts';

/** The plan is off unless it is asked for; what it would have the model remember of each turn costs seconds. */
const qwenSettings = {
  tools: { todoWrite: { enabled: true } },
  memory: { enableManagedAutoMemory: false },
};

/** One container of a session, as far as an agent sees it: the real program, its folders, and a scripted model. */
export class AcpWorld {
  driver: AcpDriver;
  readonly settings = new TestSettings();

  private constructor(
    private readonly id: RealAcpAgent,
    private readonly root: string,
    readonly model: ScriptedModel,
  ) {
    this.driver = this.createDriver();
  }

  static async create(id: RealAcpAgent): Promise<AcpWorld> {
    const root = mkdtempSync(path.join(tmpdir(), `acp-${id}-`));
    mkdirSync(path.join(root, 'workspace'));
    mkdirSync(path.join(root, 'home', '.qwen'), { recursive: true });
    writeFileSync(path.join(root, 'home', '.qwen', 'settings.json'), JSON.stringify(qwenSettings));
    return new AcpWorld(id, root, await startScriptedModel());
  }

  get homePath(): string {
    return path.join(this.root, 'home');
  }

  get workspacePath(): string {
    return path.join(this.root, 'workspace');
  }

  /** A new container on the same volume. */
  async recreate(): Promise<void> {
    await this.driver.close();
    await this.untilItCanResume();
    this.driver = this.createDriver();
  }

  /** What the agent remembers is gone. */
  async forget(): Promise<void> {
    await this.driver.close();
    rmSync(path.join(this.root, 'home'), { recursive: true });
    mkdirSync(path.join(this.root, 'home'));
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

  read(file: string): string {
    return readFileSync(path.join(this.workspacePath, file), 'utf8');
  }

  /** All that was sent to the model after so many requests. */
  sentSince(count: number): string {
    return JSON.stringify(this.model.requests.slice(count).map(({ body }) => body));
  }

  /** The living processes of the agent and of all it started. */
  listProcesses(): readonly number[] {
    return readProcessTable()
      .filter(({ pid, isZombie }) => !isZombie && environmentOf(pid).includes(`HOME=${this.root}/home\0`))
      .map(({ pid }) => pid);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    await this.driver.close();
    await this.model.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Gemini loses a conversation that it loads in the minute in which it began it, or loaded it last. */
  private async untilItCanResume(): Promise<void> {
    if (this.id !== 'gemini') return;
    const minute = new Date().getMinutes();
    await waitFor(() => new Date().getMinutes() !== minute, 90_000);
  }

  private createDriver(): AcpDriver {
    return new AcpDriver({
      entry: shippedAcpAgents.find((entry) => entry.id === this.id)!,
      config: { installPath: null, idleStopMs: 600_000 },
      homePath: path.join(this.root, 'home'),
      workspacePath: this.workspacePath,
      statePath: path.join(this.root, 'state'),
      settings: this.settings,
      environment: environmentFor(this.id, this.model.url),
    });
  }
}
