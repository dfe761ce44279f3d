import type { AgentSummary, PermissionMode } from '@codex-webapp/contracts/agents';
import type { ContainerProviderResponse, ContainerSizeResponse } from '@codex-webapp/contracts/containers';
import { Badge, type ChoiceCard } from '@codex-webapp/ui';
import {
  Bot,
  Container,
  Globe,
  GlobeOff,
  ShieldCheck,
  ShieldOff,
  SquareTerminal,
} from '@codex-webapp/ui/icons';

/** The server's default, or the first that works. */
export function providerDefault(
  providers: readonly ContainerProviderResponse[],
): ContainerProviderResponse | undefined {
  const available = providers.filter(({ isAvailable }) => isAvailable);
  return available.find(({ isDefault }) => isDefault) ?? available[0];
}

/** Everything where the container isolates, asking first where it does not. */
export function modeDefault(provider: ContainerProviderResponse | undefined): PermissionMode {
  return provider?.isIsolated === true ? 'full-auto' : 'ask-first';
}

export function agentChoices(agents: readonly AgentSummary[]): readonly ChoiceCard[] {
  return agents.map(({ id, name, description }) => ({
    value: id,
    title: name,
    note: description,
    icon: id === 'shell' ? <SquareTerminal aria-hidden /> : <Bot aria-hidden />,
  }));
}

export function providerChoices(providers: readonly ContainerProviderResponse[]): readonly ChoiceCard[] {
  return providers.map(({ name, title, note, isAvailable, isIsolated }) => ({
    value: name,
    title,
    note: note === null ? undefined : <ProviderNote note={note} />,
    icon: isIsolated ? <Container aria-hidden /> : <ShieldOff aria-hidden className="text-warning-ink" />,
    badge: <ProviderBadge isAvailable={isAvailable} isIsolated={isIsolated} />,
    isDisabled: !isAvailable,
  }));
}

/** What there is to know of it, one sentence below the other. */
function ProviderNote({ note }: { note: string }) {
  return note.split('\n').map((line) => (
    <span key={line} className="mt-1 block first:mt-0">
      {line}
    </span>
  ));
}

function ProviderBadge({ isAvailable, isIsolated }: { isAvailable: boolean; isIsolated: boolean }) {
  if (!isAvailable) return <Badge>Not available</Badge>;
  // What is not isolated says so in its own words, which the server knows best.
  return isIsolated ? <Badge tone="success">Isolated</Badge> : null;
}

export const modeChoices: readonly ChoiceCard[] = [
  {
    value: 'full-auto',
    title: 'Do everything',
    note: 'Runs commands and changes files without asking.',
    icon: <Bot aria-hidden />,
  },
  {
    value: 'ask-first',
    title: 'Ask first',
    note: 'Waits for your word before commands and changes.',
    icon: <ShieldCheck aria-hidden />,
  },
];

/** «Medium: 4 GB memory, 2 CPUs» */
export function describeSize({ name, memoryMb, cpus }: ContainerSizeResponse): string {
  const gigabytes = Math.round((memoryMb / 1_024) * 10) / 10;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${gigabytes} GB memory, ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
}

export const internetChoices: readonly ChoiceCard[] = [
  {
    value: 'on',
    title: 'On',
    note: 'Packages, repositories and model services can be reached.',
    icon: <Globe aria-hidden />,
  },
  {
    value: 'off',
    title: 'Off',
    note: 'Nothing but this app, and what your administrator allows.',
    icon: <GlobeOff aria-hidden />,
  },
];
