import { describe, expect, it } from '@jest/globals';
import { agentControlsSchema } from '@codex-webapp/contracts';
import { chooseModel, toControls } from './droid-controls.ts';
import type { DroidModel } from './droid-protocol.ts';

const plain: DroidModel = {
  id: 'custom:Plain-0',
  displayName: 'Plain',
  supportedReasoningEfforts: ['none'],
  defaultReasoningEffort: 'none',
  isCustom: true,
  noImageSupport: true,
};
const thinker: DroidModel = {
  ...plain,
  id: 'thinker',
  displayName: 'Thinker',
  supportedReasoningEfforts: ['low', 'high'],
  defaultReasoningEffort: 'low',
  noImageSupport: false,
};

describe('toControls', () => {
  it('offers efforts only where there is a choice', () => {
    const controls = toControls([plain, thinker], [{ name: 'hello', description: 'Says hello' }], 'thinker');
    expect(agentControlsSchema.parse({ agent: 'droid', ...controls })).toMatchObject({
      models: [
        { id: 'custom:Plain-0', name: 'Plain', efforts: [], defaultEffort: null, takesImages: false },
        { id: 'thinker', efforts: ['low', 'high'], defaultEffort: 'low', isDefault: true, takesImages: true },
      ],
      commands: [{ name: 'hello', description: 'Says hello' }],
    });
  });
});

describe('chooseModel', () => {
  it('takes the id or the name, and the effort the model prefers', () => {
    const models = [plain, thinker];
    expect(chooseModel(models, { model: 'Thinker', effort: null })).toEqual({
      modelId: 'thinker',
      reasoningEffort: 'low',
    });
    expect(chooseModel(models, { model: 'thinker', effort: 'high' }).reasoningEffort).toBe('high');
  });

  it('names what there is when there is no such thing', () => {
    expect(() => chooseModel([plain], { model: 'big', effort: null })).toThrow('It has: custom:Plain-0.');
    expect(() => chooseModel([thinker], { model: 'thinker', effort: 'max' })).toThrow('It has: low, high.');
  });
});
