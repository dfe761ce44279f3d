import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { ScriptedModel } from '../../tools/scripted-model/src/index.ts';
import type { AgentDriver, TurnResult } from '../src/agents/agent-driver.ts';
import { readProcessTable } from '../src/process/index.ts';
import { AcpWorld } from './support/acp-world.ts';
import { claudeProgram, ClaudeWorld } from './support/claude-world.ts';
import { codexProgram, CodexWorld } from './support/codex-world.ts';
import { describeWith } from './support/describe-with.ts';
import { droidProgram, DroidWorld } from './support/droid-world.ts';
import { greeter, type TestSettings } from './support/given-settings.ts';
import { canRun } from './support/real-acp-agents.ts';
import type { RecordedTurn } from './support/recorded-turn.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(180_000);
Logger.overrideLogger(false);

interface World extends AsyncDisposable {
  readonly model: ScriptedModel;
  readonly driver: AgentDriver;
  readonly settings: TestSettings;
  readonly homePath: string;
  run(script: readonly string[]): Promise<{ readonly turn: RecordedTurn; readonly result: TurnResult }>;
}

interface Subject {
  readonly name: string;
  readonly isHere: boolean;
  /** What it says of itself when it was started anew; nothing where absent. */
  readonly restartNotice?: RegExp;
  /** The model finds the tools of MCP servers by a search of the agent's, and is told no names before it. */
  readonly searchesTools?: boolean;
  start(): Promise<World>;
}

const subjects: readonly Subject[] = [
  { name: 'codex', isHere: codexProgram !== null, start: () => CodexWorld.start() },
  { name: 'claude', isHere: claudeProgram !== null, start: () => ClaudeWorld.start() },
  { name: 'droid', isHere: droidProgram !== null, start: () => DroidWorld.start() },
  { name: 'opencode', isHere: await canRun('opencode'), start: () => AcpWorld.create('opencode') },
  {
    name: 'gemini',
    isHere: await canRun('gemini'),
    // It loses a conversation that it loads in the minute in which it began it.
    restartNotice: /starts afresh/,
    start: () => AcpWorld.create('gemini'),
  },
  {
    name: 'qwen',
    isHere: await canRun('qwen'),
    searchesTools: true,
    start: () => AcpWorld.create('qwen'),
  },
];

for (const { name, isHere, restartNotice, searchesTools = false, start } of subjects) {
  const describeIfHere = describeWith(name, isHere);
  describeIfHere(`the settings of a session, given to the real ${name}`, () => {
    let world: World;

    beforeEach(async () => {
      world = await start();
    });
    afterEach(async () => world[Symbol.asyncDispose]());

    /** What the model was offered and told in this turn, as text. */
    async function sentIn(script: readonly string[]): Promise<string> {
      const before = world.model.requests.length;
      const { turn, result } = await world.run(script);
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.notices.filter((text) => !restartNotice?.test(text))).toEqual([]);
      return JSON.stringify(world.model.requests.slice(before).map(({ body }) => body));
    }

    const fileOf = (greeterName: string) => path.join(path.dirname(world.homePath), `${greeterName}.json`);

    /** What a greeter was started as. */
    function greeterAt(greeterName: string): { readonly pid: number; readonly greeting: string } {
      return JSON.parse(readFileSync(fileOf(greeterName), 'utf8')) as { pid: number; greeting: string };
    }

    /** Where the model is not told names, the search for them and the server that runs have to do. */
    const offers = (sent: string, tool: string) => sent.includes(searchesTools ? 'tool_search' : tool);

    it('are variables of its commands and tools of its model, also after a change', async () => {
      const script = ['run: echo "$BUILD_TARGET has ${#DEPLOY_TOKEN}"', 'say: It is {output}'];
      world.settings.give({
        environment: { BUILD_TARGET: 'first-target', DEPLOY_TOKEN: 'hushed-Tq5Zr8' },
        mcpServers: [greeter('early_bird', 'hushed-Xw2Lp7', fileOf('early_bird'))],
      });
      const first = await sentIn(script);
      // Without the texts themselves, which fill pages.
      expect([first.includes('first-target has 13'), offers(first, 'early_bird')]).toEqual([true, true]);
      const early = greeterAt('early_bird');
      expect([isRunning(early.pid), early.greeting]).toEqual([true, 'hushed-Xw2Lp7']);

      world.settings.give({
        environment: { BUILD_TARGET: 'second-target' },
        mcpServers: [greeter('night_owl', 'hushed-Jk9Mn3', fileOf('night_owl'))],
      });
      const second = await sentIn(script);
      expect([second.includes('second-target has 0'), offers(second, 'night_owl')]).toEqual([true, true]);
      const late = greeterAt('night_owl');
      expect([isRunning(early.pid), isRunning(late.pid)]).toEqual([false, true]);

      world.settings.give({});
      await sentIn(['say: Bye']);
      expect(isRunning(late.pid)).toBe(false);
    });

    it('end with it, and leave no secret on a command line or on the volume', async () => {
      world.settings.give({
        environment: { DEPLOY_TOKEN: 'hushed-Tq5Zr8' },
        mcpServers: [greeter('early_bird', 'hushed-Xw2Lp7', fileOf('early_bird'))],
      });
      await sentIn(['run: echo done', 'say: {output}']);
      const commandLines = readProcessTable().map(({ pid }) => readIfThere(`/proc/${pid}/cmdline`));
      expect(commandLines.some((line) => line.includes('early_bird'))).toBe(true);
      expect(commandLines.filter((line) => line.includes('hushed-'))).toEqual([]);
      const { pid } = greeterAt('early_bird');
      rmSync(fileOf('early_bird'));
      expect(searchFolder(path.dirname(world.homePath), 'hushed-')).toEqual([]);
      await world.driver.close();
      await waitFor(() => !isRunning(pid), 20_000);
      expect(searchFolder(path.dirname(world.homePath), 'hushed-')).toEqual([]);
    });
  });
}

function isRunning(pid: number): boolean {
  return readProcessTable().some((entry) => entry.pid === pid && !entry.isZombie);
}

function searchFolder(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readIfThere(file).includes(text));
}

/** Empty for what has gone since it was listed. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
