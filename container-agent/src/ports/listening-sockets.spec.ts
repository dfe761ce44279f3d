import { describe, expect, it } from '@jest/globals';
import { parseListeningSockets } from './listening-sockets.ts';

const head4 =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const rest = '00000000:00000000 00:00000000 00000000  1000        0';

function portOf(address: string, state = '0A') {
  return parseListeningSockets(`${head4}\n   0: ${address} 00000000:0000 ${state} ${rest} 4711 1 0 100 0\n`);
}

describe('parseListeningSockets', () => {
  it.each([
    ['0100007F:1435', '127.0.0.1'],
    ['0900007F:1435', '127.0.0.9'],
    ['00000000:1435', 'every address'],
    ['00000000000000000000000001000000:1435', '::1'],
    ['00000000000000000000000000000000:1435', 'every address of both families'],
    ['0000000000000000FFFF00000100007F:1435', '127.0.0.1 as IPv6'],
  ])('knows that %s, %s, is reached on loopback', (address) => {
    expect(portOf(address)).toEqual([{ port: 5173, isOnLoopback: true, inode: '4711' }]);
  });

  it.each(['020011AC:1435', '7F000001:1435', '000080FE000000000000000001000000:1435'])(
    'knows that %s is not',
    (address) => expect(portOf(address)).toEqual([{ port: 5173, isOnLoopback: false, inode: '4711' }]),
  );

  it('leaves out connections, and lines it does not understand', () => {
    expect(portOf('0100007F:1435', '01')).toEqual([]);
    expect(parseListeningSockets(`${head4}\n garbage\n\n`)).toEqual([]);
    expect(parseListeningSockets('')).toEqual([]);
  });
});
