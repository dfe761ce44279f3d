import type { AllowedDestination } from './router-rules.ts';
import { isIPv4Range } from './subnets.ts';

/** `10.1.2.3:8080,192.168.1.0/24`. @throws Error that says what is wrong */
export function parseAllowed(text: string): readonly AllowedDestination[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [range = '', portText, ...rest] = part.split(':');
      const port = portText === undefined ? null : Number(portText);
      const isPort = port === null || (Number.isInteger(port) && port > 0 && port <= 65_535);
      if (!isIPv4Range(range) || !isPort || rest.length > 0)
        throw new Error(
          'must be addresses or networks with or without a port, like 10.1.2.3:8080,192.168.1.0/24',
        );
      return { range, port };
    });
}
