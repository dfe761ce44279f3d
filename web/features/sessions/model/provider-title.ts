import type { ContainerProviderName } from '@codex-webapp/contracts/containers';

const titles: Record<ContainerProviderName, string> = {
  docker: 'Docker',
  dokploy: 'Dokploy',
  process: 'Process, not isolated',
  manual: 'Run by hand',
};

export function providerTitle(provider: ContainerProviderName): string {
  return titles[provider];
}
