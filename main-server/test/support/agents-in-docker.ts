import { environmentFor } from '../../../container-agent/test/support/real-acp-agents.ts';
import { docker } from './docker-world.ts';

/** For agents of ACP, what the tests of their driver give them. */
export function acpAgentEnvironment(modelUrl: string): Readonly<Record<string, string>> {
  const variables = acpAgents.flatMap((id) => Object.entries(environmentFor(id, modelUrl)));
  return Object.fromEntries(
    variables.filter(([name]) => name !== 'PATH').map(([name, value]) => [`AGENT_ENV_${name}`, value ?? '']),
  );
}

const acpAgents = ['gemini', 'opencode', 'qwen'] as const;

/** Where containers reach this machine. */
export async function findBridgeGateway(): Promise<string> {
  const { IPAM } = (await docker.getNetwork('bridge').inspect()) as {
    IPAM: { Config: { Gateway?: string; Subnet: string }[] };
  };
  const [config] = IPAM.Config;
  if (config === undefined) throw new Error('The network "bridge" has no address');
  return config.Gateway ?? config.Subnet.replace(/\.\d+\/\d+$/, '.1');
}
