import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ScriptedModel, startScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { findCodexOnPath, resolveNativeBinary } from '../src/agents/codex/codex-binary.ts';
import { readCodexConfig } from '../src/agents/codex/codex.config.ts';
import { CodexDriver } from '../src/agents/codex/codex.driver.ts';
import { describeWith } from './support/describe-with.ts';
import { RecordedTurn, type RecordedTurnOptions } from './support/recorded-turn.ts';
import { waitFor } from './support/wait-for.ts';

const program = process.env['CODEX_BIN']
  ? await resolveNativeBinary(process.env['CODEX_BIN'])
  : await findCodexOnPath(process.env['PATH']);

/** What users choose of the real codex, against the scripted model. `npm test` puts the tested version on PATH. */
const describeWithCodex = describeWith('codex', program !== null);

const dotPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

Logger.overrideLogger(false);

describeWithCodex('CodexDriver with the real codex', () => {
  let model: ScriptedModel;
  let root: string;
  let workspacePath: string;
  let driver: CodexDriver;

  beforeAll(async () => {
    model = await startScriptedModel();
  });
  afterAll(() => model.close());

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'codex-controls-'));
    workspacePath = path.join(root, 'workspace');
    mkdirSync(workspacePath);
    mkdirSync(path.join(root, 'home'));
    driver = createDriver();
  });
  afterEach(async () => {
    await driver.close();
    rmSync(root, { recursive: true, force: true });
  });

  function createDriver(env: NodeJS.ProcessEnv = {}): CodexDriver {
    const gateway = {
      OPENAI_API_KEY: 'sk-scripted',
      OPENAI_BASE_URL: `${model.url}/v1`,
      CODEX_MODEL: 'gpt-5.5',
    };
    return new CodexDriver({
      config: readCodexConfig({ ...gateway, CODEX_BIN: program ?? undefined, ...env }),
      homePath: path.join(root, 'home'),
      workspacePath,
      statePath: path.join(root, 'state'),
      environment: { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-scripted' },
    });
  }

  async function run(script: readonly string[], options: Partial<RecordedTurnOptions> = {}) {
    const turn = new RecordedTurn({ text: script.join('\n'), workspacePath, ...options });
    const result = await driver.run(turn);
    return { turn, result };
  }

  function lastRequest() {
    return model.requests.at(-1)?.body as {
      readonly model: string;
      readonly reasoning: object;
      readonly input: readonly object[];
    };
  }

  describe('what is chosen for a turn', () => {
    it('is offered as codex reports it: models with their efforts, commands and skills, modes', async () => {
      const skill = path.join(root, 'home', '.codex', 'skills', 'haiku');
      mkdirSync(skill, { recursive: true });
      writeFileSync(
        path.join(skill, 'SKILL.md'),
        '---\nname: haiku\ndescription: Answers in three lines.\n---\nAnswer with a haiku.\n',
      );
      const { turn } = await run(['say: hello']);
      await waitFor(() => turn.controls !== null, 20_000, 'the controls');
      const { models = [], commands = [], permissionModes } = turn.controls ?? {};
      expect(models.find(({ id }) => id === 'gpt-5.5')).toMatchObject({
        name: 'GPT-5.5',
        efforts: ['low', 'medium', 'high', 'xhigh'],
        isDefault: true,
        takesImages: true,
      });
      expect(models.filter(({ isDefault }) => isDefault)).toHaveLength(1);
      expect(commands.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['compact', 'review', 'plan', 'haiku']),
      );
      expect(commands.find(({ name }) => name === 'haiku')?.description).toBe('Answers in three lines.');
      expect(permissionModes).toEqual(['full-auto', 'ask-first', 'plan']);
    });

    it('reaches the model, and holds for this turn alone', async () => {
      await run(['say: one'], { model: 'gpt-6-luna', effort: 'max' });
      expect(lastRequest()).toMatchObject({ model: 'gpt-6-luna', reasoning: { effort: 'max' } });
      await run(['say: two']);
      expect(lastRequest()).toMatchObject({ model: 'gpt-5.5', reasoning: { effort: 'medium' } });
    });

    it('does not outlive the program either', async () => {
      await run(['say: one'], { model: 'gpt-6-luna', effort: 'max' });
      await driver.close();
      await run(['say: two']);
      expect(lastRequest()).toMatchObject({ model: 'gpt-5.5', reasoning: { effort: 'medium' } });
    });

    it('includes a model that only a gateway knows', async () => {
      driver = createDriver({ CODEX_MODEL: 'house-model' });
      const { turn } = await run(['say: hello']);
      await waitFor(() => turn.controls !== null, 20_000, 'the controls');
      expect(turn.controls?.models[0]).toMatchObject({ id: 'house-model', isDefault: true, efforts: [] });
      expect(lastRequest().model).toBe('house-model');
    });

    it('shows images to the model', async () => {
      const image = path.join(workspacePath, 'dot.png');
      writeFileSync(image, Buffer.from(dotPng, 'base64'));
      await run(['say: I see.'], { imagePaths: [image] });
      expect(JSON.stringify(lastRequest().input)).toContain(`data:image/png;base64,${dotPng}`);
    });

    const proposal = 'say: Here it is.\\n<proposed_plan>\\n1. touch planned.txt\\n</proposed_plan>';

    it('plans, changes nothing, and carries the plan out once the user agrees', async () => {
      const { turn, result } = await run([proposal], {
        permissionMode: 'plan',
        answer: () => ({ optionId: 'full-auto' }),
      });
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.said).toContain('1. touch planned.txt');
      expect(turn.asks).toMatchObject([{ type: 'permission.requested', title: /plan/ }]);
      const [planning, doing] = model.requests.slice(-2).map(({ body }) => JSON.stringify(body));
      expect(planning).toContain('<collaboration_mode># Plan Mode');
      expect(doing).toContain('Implement the plan.');
    });

    it('leaves a plan alone that the user does not want yet, and leaves plan mode with the next turn', async () => {
      const before = model.requests.length;
      await run([proposal], { permissionMode: 'plan', answer: () => ({ optionId: 'keep' }) });
      expect(model.requests.length - before).toBe(1);
      const { turn } = await run(['run: touch planned.txt']);
      expect(turn.asks).toEqual([]);
      expect(existsSync(path.join(workspacePath, 'planned.txt'))).toBe(true);
    });

    it('asks before anything that could change something while it plans', async () => {
      const { turn } = await run(['run: touch early.txt'], {
        permissionMode: 'plan',
        answer: () => ({ optionId: 'decline' }),
      });
      expect(turn.asks).toMatchObject([{ detail: 'touch early.txt' }]);
      expect(existsSync(path.join(workspacePath, 'early.txt'))).toBe(false);
    });
  });

  describe('a command', () => {
    it('sums the conversation up', async () => {
      await run(['say: hello']);
      const { turn, result } = await run(['/compact']);
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.notices).toEqual([expect.stringContaining('summed up')]);
    });

    it('reviews what it is told to', async () => {
      const { turn, result } = await run(['/review say: Looks fine.']);
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.said).toBe('Looks fine.');
      expect(JSON.stringify(lastRequest())).toContain('Review guidelines');
    });

    it('brings a skill to the model', async () => {
      const { result } = await run(['/review-agent say: hello']);
      expect(result).toEqual({ outcome: 'completed' });
      expect(JSON.stringify(lastRequest().input)).toContain('<skill>\\n<name>review-agent</name>');
    });

    it('plans one prompt', async () => {
      await run(['/plan say: I plan.']);
      expect(JSON.stringify(lastRequest().input)).toContain('<collaboration_mode># Plan Mode');
    });

    it('is text where codex has none of that name', async () => {
      await run(['/etc/hosts', 'say: I read it.']);
      expect(JSON.stringify(lastRequest().input)).toContain('/etc/hosts');
    });

    it('is interrupted like any other turn', async () => {
      const turn = new RecordedTurn({ text: '/review stream: 1000 tokens every 20 ms', workspacePath });
      const result = driver.run(turn);
      await waitFor(() => model.openRequests > 0, 20_000, 'the review to begin');
      turn.interrupt();
      expect(await result).toEqual({ outcome: 'interrupted' });
    });
  });
});
