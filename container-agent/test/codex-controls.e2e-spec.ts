import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { codexProgram, CodexWorld } from './support/codex-world.ts';
import { describeWith } from './support/describe-with.ts';
import { waitFor } from './support/wait-for.ts';

/** What users choose of the real codex, against the scripted model. `npm test` puts the tested version on PATH. */
const describeWithCodex = describeWith('codex', codexProgram !== null);

const dotPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

Logger.overrideLogger(false);

describeWithCodex('CodexDriver with the real codex', () => {
  let world: CodexWorld;
  beforeEach(async () => {
    world = await CodexWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  describe('what is chosen for a turn', () => {
    it('is offered as codex reports it: models with their efforts, commands and skills, modes', async () => {
      const skill = path.join(world.homePath, '.codex', 'skills', 'haiku');
      mkdirSync(skill, { recursive: true });
      writeFileSync(
        path.join(skill, 'SKILL.md'),
        '---\nname: haiku\ndescription: Answers in three lines.\n---\nAnswer with a haiku.\n',
      );
      const { turn } = await world.run(['say: hello']);
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
      await world.run(['say: one'], { model: 'gpt-6-luna', effort: 'max' });
      expect(world.lastRequest()).toMatchObject({ model: 'gpt-6-luna', reasoning: { effort: 'max' } });
      await world.run(['say: two']);
      expect(world.lastRequest()).toMatchObject({ model: 'gpt-5.5', reasoning: { effort: 'medium' } });
    });

    it('does not outlive the program either', async () => {
      await world.run(['say: one'], { model: 'gpt-6-luna', effort: 'max' });
      await world.driver.close();
      await world.run(['say: two']);
      expect(world.lastRequest()).toMatchObject({ model: 'gpt-5.5', reasoning: { effort: 'medium' } });
    });

    it('includes a model that only a gateway knows', async () => {
      await world.replaceDriver({ CODEX_MODEL: 'house-model' });
      const { turn } = await world.run(['say: hello']);
      await waitFor(() => turn.controls !== null, 20_000, 'the controls');
      expect(turn.controls?.models[0]).toMatchObject({ id: 'house-model', isDefault: true, efforts: [] });
      expect(world.lastRequest().model).toBe('house-model');
    });

    it('shows images to the model', async () => {
      const image = path.join(world.workspacePath, 'dot.png');
      writeFileSync(image, Buffer.from(dotPng, 'base64'));
      await world.run(['say: I see.'], { imagePaths: [image] });
      expect(JSON.stringify(world.lastRequest().input)).toContain(`data:image/png;base64,${dotPng}`);
    });

    const proposal = 'say: Here it is.\\n<proposed_plan>\\n1. touch planned.txt\\n</proposed_plan>';

    it('plans, changes nothing, and carries the plan out once the user agrees', async () => {
      const { turn, result } = await world.run([proposal], {
        permissionMode: 'plan',
        answer: () => ({ optionId: 'full-auto' }),
      });
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.said).toContain('1. touch planned.txt');
      expect(turn.asks).toMatchObject([{ type: 'permission.requested', title: /plan/ }]);
      const [planning, doing] = world.model.requests.slice(-2).map(({ body }) => JSON.stringify(body));
      expect(planning).toContain('<collaboration_mode># Plan Mode');
      expect(doing).toContain('Implement the plan.');
    });

    it('leaves a plan alone that the user does not want yet, and leaves plan mode with the next turn', async () => {
      const before = world.model.requests.length;
      await world.run([proposal], { permissionMode: 'plan', answer: () => ({ optionId: 'keep' }) });
      expect(world.model.requests.length - before).toBe(1);
      const { turn } = await world.run(['run: touch planned.txt']);
      expect(turn.asks).toEqual([]);
      expect(existsSync(path.join(world.workspacePath, 'planned.txt'))).toBe(true);
    });

    it('asks before anything that could change something while it plans', async () => {
      const { turn } = await world.run(['run: touch early.txt'], {
        permissionMode: 'plan',
        answer: () => ({ optionId: 'decline' }),
      });
      expect(turn.asks).toMatchObject([{ detail: 'touch early.txt' }]);
      expect(existsSync(path.join(world.workspacePath, 'early.txt'))).toBe(false);
    });
  });

  describe('a command', () => {
    it('sums the conversation up', async () => {
      await world.run(['say: hello']);
      const { turn, result } = await world.run(['/compact']);
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.notices).toEqual([expect.stringContaining('summed up')]);
    });

    it('reviews what it is told to', async () => {
      const { turn, result } = await world.run(['/review say: Looks fine.']);
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.said).toBe('Looks fine.');
      expect(JSON.stringify(world.lastRequest())).toContain('Review guidelines');
    });

    it('brings a skill to the model', async () => {
      const { result } = await world.run(['/review-agent say: hello']);
      expect(result).toEqual({ outcome: 'completed' });
      expect(JSON.stringify(world.lastRequest().input)).toContain('<skill>\\n<name>review-agent</name>');
    });

    it('plans one prompt', async () => {
      await world.run(['/plan say: I plan.']);
      expect(JSON.stringify(world.lastRequest().input)).toContain('<collaboration_mode># Plan Mode');
    });

    it('is text where codex has none of that name', async () => {
      await world.run(['/etc/hosts', 'say: I read it.']);
      expect(JSON.stringify(world.lastRequest().input)).toContain('/etc/hosts');
    });

    it('is interrupted like any other turn', async () => {
      const { turn, result } = world.begin(['/review stream: 1000 tokens every 20 ms']);
      await waitFor(() => world.model.openRequests > 0, 20_000, 'the review to begin');
      turn.interrupt();
      expect(await result).toEqual({ outcome: 'interrupted' });
    });
  });
});
