import { describe, expect, it } from '@jest/globals';
import { parseAllowed } from './allowed-destinations.ts';
import { parseSize, scale, toLimits } from './container-sizes.ts';
import { findMainAddress } from './main-address.ts';

const find = (mainUrl: string | null, mainWsUrl: string | null = null) =>
  findMainAddress({ mainUrl, mainWsUrl, containerPort: 3010 });

describe('findMainAddress', () => {
  it('is this machine, by way of the router, where nothing is said', () => {
    expect(find(null)).toEqual({
      url: 'http://host.docker.internal:3010',
      names: ['host.docker.internal'],
      relays: null,
      allowed: [],
    });
  });

  it('keeps the name, which the certificate is for, and has the router pass it on', () => {
    expect(find('https://agents.example.com', 'wss://agents.example.com')).toEqual({
      url: 'https://agents.example.com',
      names: ['agents.example.com'],
      relays: [{ host: 'agents.example.com', port: 443 }],
      allowed: [],
    });
  });

  it('lets an address through as it is, at its port alone', () => {
    expect(find('http://192.168.1.10:3010', 'ws://192.168.1.10:3010')).toMatchObject({
      names: [],
      relays: [],
      allowed: [{ range: '192.168.1.10', port: 3010 }],
    });
  });
});

describe('parseAllowed', () => {
  it('takes addresses and networks, with and without a port', () => {
    expect(parseAllowed('10.1.2.3:8080, 192.168.1.0/24,')).toEqual([
      { range: '10.1.2.3', port: 8080 },
      { range: '192.168.1.0/24', port: null },
    ]);
  });

  it.each(['model.example.com', '10.1.2.3:0', '10.1.2.3:x', '10.1.2.3:1:2', '10.1.2.3 accept; }'])(
    'refuses %s',
    (text) => {
      expect(() => parseAllowed(text)).toThrow('must be addresses');
    },
  );
});

describe('parseSize', () => {
  it('takes memory, CPUs and processes', () => {
    expect(parseSize('2048,1.5,256')).toEqual({
      memoryBytes: 2 * 2 ** 30,
      nanoCpus: 1.5e9,
      pidsLimit: 256,
    });
  });

  it.each(['2048', '2048,1', '2048,1,256,1', '1,1,256', 'a,b,c', '2048,0,256', '2048,1,1.5'])(
    'refuses %s',
    (text) => {
      expect(() => parseSize(text)).toThrow('must be memory');
    },
  );

  it('makes no size that nothing runs in', () => {
    expect(scale(toLimits(256, 0.1, 64), 0.5)).toEqual(toLimits(256, 0.1, 64));
  });
});
