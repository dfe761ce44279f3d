import { describe, expect, it } from '@jest/globals';
import type { DokploySettingsResponse } from '@codex-webapp/contracts';
import { toForm, toRequest } from './dokploy-form.ts';

const settings: DokploySettingsResponse = {
  source: 'settings',
  baseUrl: 'https://dokploy.example.com',
  hasApiKey: true,
  project: 'agents',
  environment: null,
  serverId: null,
  placement: ['node.labels.sessions==true', 'node.role==worker'],
  image: null,
  registryUsername: 'robot',
  hasRegistryPassword: true,
  mainUrl: null,
  inherited: { image: 'ghcr.io/you/session:1', mainUrl: null },
};

describe('the form of Dokploy', () => {
  it('sends what it was given, and no secret that nobody typed', () => {
    expect(toRequest(toForm(settings))).toEqual({
      baseUrl: 'https://dokploy.example.com',
      project: 'agents',
      environment: null,
      serverId: null,
      placement: ['node.labels.sessions==true', 'node.role==worker'],
      image: null,
      registryUsername: 'robot',
      mainUrl: null,
    });
  });

  it('sends secrets that were typed, without the spaces of a paste', () => {
    expect(toRequest({ ...toForm(settings), apiKey: ' key\n', placement: '\n a \n\n' })).toMatchObject({
      apiKey: 'key',
      placement: ['a'],
    });
  });
});
