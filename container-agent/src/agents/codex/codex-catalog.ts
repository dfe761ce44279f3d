import type { AgentCommand, AgentControls, AgentModel } from '@codex-webapp/contracts';
import { permissionModes } from '@codex-webapp/contracts';
import type { CodexAppServerClient } from './codex-app-server.client.ts';
import {
  codexSettingsSchema,
  modelListSchema,
  skillListSchema,
  type CodexModel,
  type CodexSkill,
} from './codex-protocol.ts';

/** What codex says can be chosen, and what it takes when nothing is. */
export interface CodexCatalog {
  readonly models: readonly CodexModel[];
  readonly skills: readonly CodexSkill[];
  readonly preferredModel: string | null;
  readonly preferredEffort: string | null;
}

const textMaxLength = 1_000;
const nameMaxLength = 100;

/** What its own terminal offers and its protocol has requests for. */
const builtInCommands: readonly AgentCommand[] = [
  { name: 'compact', description: 'Sums up the conversation so far, to make room.' },
  {
    name: 'review',
    description: 'Reviews the changes that are not committed yet, or what you name.',
    argumentHint: '[what to look at]',
  },
  { name: 'plan', description: 'Plans this one first, and changes nothing yet.', argumentHint: '<task>' },
];

/** @throws CodexRequestError, AgentGoneError, a ZodError for an answer of another shape */
export async function readCatalog(
  client: CodexAppServerClient,
  workspacePath: string,
): Promise<CodexCatalog> {
  const [{ config }, models, skills] = await Promise.all([
    client.request('config/read', { includeLayers: false }, codexSettingsSchema),
    client.request('model/list', {}, modelListSchema),
    client.request('skills/list', { cwds: [workspacePath] }, skillListSchema),
  ]);
  const shown = models.data.filter(({ hidden }) => hidden !== true);
  return {
    models: shown,
    skills: skills.data.flatMap((entry) => entry.skills).filter(({ enabled }) => enabled !== false),
    preferredModel: config.model ?? shown.find(({ isDefault }) => isDefault)?.model ?? null,
    preferredEffort: config.model_reasoning_effort ?? null,
  };
}

export function toControls(catalog: CodexCatalog): Omit<AgentControls, 'agent'> {
  return { models: toModels(catalog), commands: toCommands(catalog), permissionModes: [...permissionModes] };
}

/** A model that a config file or the environment names may be none that codex knows: a gateway has its own. */
function toModels({ models, preferredModel, preferredEffort }: CodexCatalog): AgentModel[] {
  const known = models.slice(0, 199).map((one) => toModel(one, preferredModel, preferredEffort));
  if (preferredModel === null || known.some(({ isDefault }) => isDefault)) return known;
  const own = { id: preferredModel, name: preferredModel, efforts: [], defaultEffort: null, isDefault: true };
  return [own, ...known];
}

function toModel(one: CodexModel, preferred: string | null, preferredEffort: string | null): AgentModel {
  const isDefault = one.model === preferred;
  return {
    id: one.model,
    name: one.displayName.slice(0, 200),
    description: one.description.slice(0, textMaxLength),
    efforts: one.supportedReasoningEfforts.slice(0, 20).map(({ reasoningEffort }) => reasoningEffort),
    defaultEffort: (isDefault ? preferredEffort : null) ?? one.defaultReasoningEffort ?? null,
    isDefault,
    takesImages: one.inputModalities?.includes('image') ?? true,
  };
}

function toCommands({ skills }: CodexCatalog): AgentCommand[] {
  const taken = new Set(builtInCommands.map(({ name }) => name));
  const own = skills.filter(({ name }) => isCommandName(name) && !taken.has(name));
  return [
    ...builtInCommands,
    ...own.slice(0, 400).map((skill) => ({ name: skill.name, description: describe(skill) })),
  ];
}

function describe({ description, shortDescription, interface: own }: CodexSkill): string {
  return (own?.shortDescription || shortDescription || description).slice(0, textMaxLength);
}

function isCommandName(name: string): boolean {
  return name.length <= nameMaxLength && /^[^\s/]+$/.test(name);
}
