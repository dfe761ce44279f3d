import { describe, expect, it } from '@jest/globals';
import { findMissingAddresses } from './router-addresses.ts';

const pool = '10.213.0.0/16';
const netmask = '255.255.255.248';

describe('findMissingAddresses', () => {
  it('asks for the first address of each network of the pool', () => {
    const interfaces = [
      { name: 'eth1', address: '10.213.0.10', netmask },
      { name: 'eth2', address: '10.213.255.250', netmask },
    ];
    expect(findMissingAddresses(interfaces, pool)).toEqual([
      { interfaceName: 'eth1', address: '10.213.0.9/29' },
      { interfaceName: 'eth2', address: '10.213.255.249/29' },
    ]);
  });

  it('leaves other networks alone', () => {
    const interfaces = [
      { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0' },
      { name: 'eth0', address: '172.18.0.2', netmask: '255.255.0.0' },
      { name: 'eth3', address: '10.214.0.2', netmask },
    ];
    expect(findMissingAddresses(interfaces, pool)).toEqual([]);
  });

  it('asks for none that is there', () => {
    const interfaces = [
      { name: 'eth1', address: '10.213.0.2', netmask },
      { name: 'eth1', address: '10.213.0.1', netmask },
    ];
    expect(findMissingAddresses(interfaces, pool)).toEqual([]);
  });
});
