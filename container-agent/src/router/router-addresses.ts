export interface Interface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
}

export interface MissingAddress {
  readonly interfaceName: string;
  /** With its prefix, as `ip address add` takes it. */
  readonly address: string;
}

/** In each network of the pool the router stands at the first address, which the engine itself never gives away. */
export function findMissingAddresses(
  interfaces: readonly Interface[],
  pool: string,
): readonly MissingAddress[] {
  const present = new Set(interfaces.map(({ address }) => address));
  return interfaces
    .filter(({ address }) => isIn(address, pool))
    .map(({ name, address, netmask }) => {
      const mask = toNumber(netmask);
      const first = toText(((toNumber(address) & mask) >>> 0) + 1);
      return { interfaceName: name, first, address: `${first}/${prefixOf(mask)}` };
    })
    .filter(({ first }) => !present.has(first))
    .map(({ interfaceName, address }) => ({ interfaceName, address }));
}

function isIn(address: string, pool: string): boolean {
  const [base = '', prefix = '32'] = pool.split('/');
  const mask = prefix === '0' ? 0 : (0xff_ff_ff_ff << (32 - Number(prefix))) >>> 0;
  return (toNumber(address) & mask) >>> 0 === (toNumber(base) & mask) >>> 0;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function prefixOf(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}
