import { describe, expect, it } from '@jest/globals';
import { canReadStopped, hasImage } from '@codex-webapp/contracts';
import { ContainerProviderRegistry } from '../src/modules/containers/providers/container-provider.registry.ts';
import { isArchiving, usesImage } from '../src/modules/containers/providers/container-provider.ts';
import { createTestApp } from './support/create-test-app.ts';

describe('what pages take a provider to be able to do', () => {
  it('is what it can', async () => {
    await using app = await createTestApp();
    const providers = app.get(ContainerProviderRegistry).all();
    expect(providers.length).toBeGreaterThan(2);
    for (const provider of providers) {
      const { name } = provider;
      const told = { name, readsStopped: canReadStopped(name), hasImage: hasImage(name) };
      expect(told).toEqual({ name, readsStopped: isArchiving(provider), hasImage: usesImage(provider) });
    }
  });
});
