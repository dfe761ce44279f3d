import { type AgentControls, type AgentModel, permissionModes } from '@codex-webapp/contracts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import type { DroidCommand, DroidModel } from './droid-protocol.ts';

export interface DroidChoice {
  readonly modelId: string;
  readonly reasoningEffort: string | undefined;
}

/** What the user can choose of droid. */
export function toControls(
  models: readonly DroidModel[],
  commands: readonly DroidCommand[],
  defaultModelId: string,
): Omit<AgentControls, 'agent'> {
  return {
    models: models.slice(0, 200).map((model) => toModel(model, defaultModelId)),
    commands: commands.slice(0, 500).map(({ name, description, argumentHint }) => ({
      name: name.slice(0, 100),
      description: description.slice(0, 1_000),
      ...(argumentHint ? { argumentHint: argumentHint.slice(0, 200) } : {}),
    })),
    permissionModes: [...permissionModes],
  };
}

/** Droid takes any name and fails later, so what was asked for is looked up first. @throws AgentSetupError */
export function chooseModel(
  models: readonly DroidModel[],
  wanted: { readonly model: string; readonly effort: string | null },
): DroidChoice {
  const model = models.find(({ id, displayName }) => [id, displayName].includes(wanted.model));
  if (!model) {
    const known = models.map(({ id }) => id).join(', ') || 'none';
    throw new AgentSetupError(
      `Droid does not have the model ${wanted.model}. It has: ${known}.`.slice(0, 2_000),
    );
  }
  const efforts = model.supportedReasoningEfforts;
  if (wanted.effort !== null && !efforts.includes(wanted.effort)) {
    throw new AgentSetupError(
      `${model.displayName || model.id} does not know the effort ${wanted.effort}. It has: ${efforts.join(', ')}.`,
    );
  }
  return { modelId: model.id, reasoningEffort: wanted.effort ?? model.defaultReasoningEffort ?? undefined };
}

function toModel(model: DroidModel, defaultModelId: string): AgentModel {
  const efforts = model.supportedReasoningEfforts;
  // A model with one effort leaves no choice.
  const hasChoice = efforts.length > 1;
  return {
    id: model.id,
    name: (model.displayName || model.id).slice(0, 200),
    efforts: hasChoice ? efforts.slice(0, 20) : [],
    defaultEffort: hasChoice ? (model.defaultReasoningEffort ?? null) : null,
    isDefault: model.id === defaultModelId,
    takesImages: !model.noImageSupport,
  };
}
