import type { AgentControls, AgentModel, PermissionMode } from '@codex-webapp/contracts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import type { Chosen } from '../programs/switch-notices.ts';
import type { AcpConfigOption, AcpSessionState, AcpUpdate } from './acp-protocol.ts';

type Setting = 'model' | 'effort' | 'mode';

interface Choice {
  readonly value: string;
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** What can be set of a session, however the agent names it. */
interface Choices {
  current: string;
  readonly all: readonly Choice[];
  /** Of the config option; null for what has a request of its own. */
  readonly configId: string | null;
}

/** What an agent calls the categories of its config options. */
const categories: Readonly<Record<Setting, string>> = {
  model: 'model',
  effort: 'thought_level',
  mode: 'mode',
};

const planMode = /^(plan|spec|architect)\b/i;
const fullAutoMode = /yolo|bypass|full[-_ ]?(access|auto)|dangerous|auto[-_]high|allow[-_ ]?all|autopilot/i;
/** The best first. */
const askingModes = ['default', 'ask', 'normal', 'manual', 'build', 'code', 'agent'];

const mostModels = 200;
const mostEfforts = 20;
const mostCommands = 500;
const chosenMaxLength = 200;

/** What the agent says can be chosen, and what is chosen now. */
export class AcpControls {
  private state: AcpSessionState = {};
  private commands: AgentControls['commands'] = [];
  /** What was chosen when the session was opened: what the agent prefers. */
  private readonly preferred = new Map<Setting, string>();

  constructor(private readonly agentName: string) {}

  open(state: AcpSessionState): void {
    this.state = state;
    for (const setting of ['model', 'effort', 'mode'] as const) {
      const choices = this.find(setting);
      if (choices && !this.preferred.has(setting)) this.preferred.set(setting, choices.current);
    }
  }

  /** True when there is something new to offer. */
  take(update: AcpUpdate): boolean {
    switch (update.sessionUpdate) {
      case 'available_commands_update':
        this.commands = update.availableCommands
          .slice(0, mostCommands)
          .map(({ name, description, input }) => ({
            name: name.replace(/^\//, '').slice(0, 100),
            description: description.slice(0, 1_000),
            ...(input?.hint ? { argumentHint: input.hint.slice(0, 200) } : {}),
          }));
        return true;
      case 'config_option_update':
        this.takeOptions(update.configOptions);
        return true;
      case 'current_mode_update':
        this.choose('mode', update.currentModeId);
        return false;
      default:
        return false;
    }
  }

  takeOptions(configOptions: AcpConfigOption[] | null | undefined): void {
    if (configOptions) this.state = { ...this.state, configOptions };
  }

  choose(setting: Setting, value: string): void {
    const option = this.findOption(setting);
    if (option) option.currentValue = value;
    if (setting === 'mode' && this.state.modes) this.state.modes.currentModeId = value;
    if (setting === 'model' && this.state.models) this.state.models.currentModelId = value;
  }

  /** By the names that the agent shows. */
  chosen(): Chosen {
    return { model: this.nameOfChosen('model'), mode: this.nameOfChosen('mode') };
  }

  /** Null when there is nothing to set: it is so already, or the agent has no such choice and none was made. */
  toSet(
    setting: 'model' | 'effort',
    wanted: string | null,
  ): { value: string; configId: string | null } | null {
    const choices = this.find(setting);
    const value = wanted ?? this.preferred.get(setting);
    if (value === undefined || value === choices?.current) return null;
    if (choices?.all.some((choice) => choice.value === value)) return { value, configId: choices.configId };
    // What it preferred may be gone with another model.
    if (wanted === null) return null;
    const known = (choices?.all ?? []).map((choice) => choice.value).slice(0, 20);
    const offer = known.length > 0 ? `Choose one of ${known.join(', ')}.` : 'It offers no choice.';
    throw new AgentSetupError(`${this.agentName} does not have the ${setting} "${wanted}". ${offer}`);
  }

  /** The agent's mode for one of ours. @throws AgentSetupError when there is none for `plan` */
  modeToSet(mode: PermissionMode): { value: string; configId: string | null } | null {
    const choices = this.find('mode');
    const value = choices ? this.modeFor(mode, choices) : undefined;
    if (mode === 'plan' && value === undefined) {
      throw new AgentSetupError(
        `${this.agentName} has no plan mode. Choose another mode, then send it again.`,
      );
    }
    return choices && value !== undefined && value !== choices.current
      ? { value, configId: choices.configId }
      : null;
  }

  toOffer(): Omit<AgentControls, 'agent'> {
    const modes = this.find('mode');
    const hasPlan = modes ? this.modeFor('plan', modes) !== undefined : false;
    return {
      models: this.toModels(),
      commands: this.commands,
      permissionModes: ['full-auto', 'ask-first', ...(hasPlan ? (['plan'] as const) : [])],
    };
  }

  private nameOfChosen(setting: Setting): string | null {
    const choices = this.find(setting);
    if (choices === null) return null;
    const choice = choices.all.find(({ value }) => value === choices.current);
    return (choice?.name || choices.current).slice(0, chosenMaxLength);
  }

  private modeFor(mode: PermissionMode, { all }: Choices): string | undefined {
    const matching = (pattern: RegExp) =>
      all.find(({ value, name }) => pattern.test(value) || pattern.test(name));
    if (mode === 'plan') return matching(planMode)?.value;
    const asking =
      askingModes.find((id) => all.some(({ value }) => value === id)) ?? this.preferred.get('mode');
    return mode === 'full-auto' ? (matching(fullAutoMode)?.value ?? asking) : asking;
  }

  private toModels(): AgentModel[] {
    const models = this.find('model');
    const efforts = this.find('effort');
    return (models?.all ?? []).slice(0, mostModels).map(({ value, name, description }) => {
      // The agent tells of the efforts of the model it uses now.
      const isCurrent = value === models?.current;
      return {
        id: value.slice(0, 200),
        name: (name || value).slice(0, 200),
        ...(description ? { description: description.slice(0, 1_000) } : {}),
        efforts: isCurrent ? (efforts?.all ?? []).map((effort) => effort.value).slice(0, mostEfforts) : [],
        defaultEffort: isCurrent ? (this.preferred.get('effort') ?? null) : null,
        isDefault: value === this.preferred.get('model'),
      };
    });
  }

  private find(setting: Setting): Choices | null {
    const option = this.findOption(setting);
    if (option) {
      const all = option.options.flatMap((entry) => ('options' in entry ? entry.options : [entry]));
      return { current: option.currentValue, all, configId: option.id };
    }
    const { modes, models } = this.state;
    if (setting === 'mode' && modes) {
      const all = modes.availableModes.map(({ id, name }) => ({ value: id, name }));
      return { current: modes.currentModeId, all, configId: null };
    }
    if (setting === 'model' && models) {
      const all = models.availableModels.map(({ modelId, ...rest }) => ({ value: modelId, ...rest }));
      return { current: models.currentModelId, all, configId: null };
    }
    return null;
  }

  private findOption(setting: Setting): AcpConfigOption | undefined {
    return this.state.configOptions?.find(({ category }) => category === categories[setting]);
  }
}
