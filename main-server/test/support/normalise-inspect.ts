import type { ContainerInspectInfo } from 'dockerode';

/** What differs from one engine, machine or run to the next and says nothing of how a container is kept. */
const ofTheEngine = [
  'AutoRemove',
  'CgroupParent',
  'ConsoleSize',
  'ContainerIDFile',
  'Isolation',
  'MaskedPaths',
  'ReadonlyPaths',
  'VolumeDriver',
];

/**
 * What says how a container is kept from the rest, in a form that is the same everywhere: what is off, empty or none is
 * left out, so an engine that knows a new switch and leaves it off answers the same.
 */
export function normaliseInspect(
  found: ContainerInspectInfo,
  ofTheImage: readonly string[],
  names: Readonly<Record<string, string>>,
): unknown {
  const { Config, HostConfig, Mounts, NetworkSettings } = found;
  const { User, Cmd, Entrypoint, Tty, OpenStdin, ExposedPorts, Volumes, Labels } = Config;
  const host = Object.fromEntries(Object.entries(HostConfig).filter(([name]) => !ofTheEngine.includes(name)));
  const shown = {
    Config: { User, Cmd, Entrypoint, Tty, OpenStdin, ExposedPorts, Volumes, Labels },
    Environment: Config.Env.filter((line) => !ofTheImage.includes(line))
      .map((line) => line.split('=')[0] ?? '')
      .sort((a, b) => a.localeCompare(b)),
    HostConfig: host,
    Mounts: Mounts.map(({ Source: _source, ...mount }) => mount),
    Networks: Object.keys(NetworkSettings.Networks),
    Ports: NetworkSettings.Ports,
  };
  let text = JSON.stringify(withoutNothing(shown));
  for (const [value, name] of Object.entries(names)) text = text.replaceAll(value, `<${name}>`);
  return JSON.parse(text);
}

function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([name, inner]) => [name, withoutNothing(inner)] as const)
    .filter(([, inner]) => !isNothing(inner));
  return Object.fromEntries(kept.sort(([a], [b]) => a.localeCompare(b)));
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
