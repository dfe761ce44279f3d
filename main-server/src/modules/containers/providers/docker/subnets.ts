/** IPv4 subnets as numbers: which one a session gets, and what is in it. */
export interface Subnet {
  /** `10.213.0.8/29` */
  readonly cidr: string;
  /** The first address, where the session's router stands. */
  readonly router: string;
}

interface Range {
  readonly first: number;
  readonly size: number;
}

/** Eight addresses: the network, the router's two, the session's, room for three, the broadcast. */
const subnetSize = 8;
const subnetPrefix = 29;

/** Sessions whose internet is switched off have the upper half, so one fixed rule tells them apart. */
export interface AddressPool {
  readonly all: string;
  readonly open: string;
  readonly closed: string;
}

/** @throws Error when it is no network, or too small to be worth it */
export function parsePool(cidr: string): AddressPool {
  const { first, size } = parseRange(cidr);
  const prefix = 33 - Math.log2(size);
  if (size < 64 * subnetSize)
    throw new Error('must be a network of 512 addresses or more, like 10.213.0.0/16');
  return {
    all: cidr,
    open: `${toText(first)}/${prefix}`,
    closed: `${toText(first + size / 2)}/${prefix}`,
  };
}

/** All subnets of a half, beginning at a place that follows from the session, so that a repetition begins there too. */
export function* subnetsOf(half: string, sessionId: string): Iterable<Subnet> {
  const { first, size } = parseRange(half);
  const count = size / subnetSize;
  const start = hash(sessionId) % count;
  for (let index = 0; index < count; index += 1) {
    const network = first + ((start + index) % count) * subnetSize;
    yield { cidr: `${toText(network)}/${subnetPrefix}`, router: toText(network + 1) };
  }
}

export function overlaps(one: string, other: string): boolean {
  const [a, b] = [parseRange(one), parseRange(other)];
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

export function isIPv4Range(text: string): boolean {
  try {
    parseRange(text);
    return true;
  } catch {
    return false;
  }
}

function parseRange(cidr: string): Range {
  const [, address = '', prefixText = '32'] = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(cidr) ?? [];
  const parts = address.split('.').map(Number);
  const prefix = Number(prefixText);
  const isAddress =
    parts.length === 4 && parts.every((part) => part <= 255) && /^\d+(\.\d+){3}$/.test(address);
  if (!isAddress || prefix > 32) throw new Error(`${cidr} is not an IPv4 network`);
  const size = 2 ** (32 - prefix);
  const value = parts.reduce((sum, part) => sum * 256 + part, 0);
  return { first: value - (value % size), size };
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (const unit of text) value = Math.imul(value ^ (unit.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return value;
}
