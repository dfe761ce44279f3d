const headerBytes = 12;
/** The last label of a name that somebody registered. What the engine calls containers and networks looks otherwise. */
const publicEnding = /^([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/i;

/**
 * Whether a question of the name service may be passed on: the router stands in the network of every session, so its
 * resolver would also say where the containers of others are.
 */
export function isPublicQuestion(message: Buffer): boolean {
  const labels = readName(message);
  const last = labels?.at(-1);
  return (
    labels !== null && labels.length > 1 && last !== undefined && last !== 'arpa' && publicEnding.test(last)
  );
}

/** «No such name», for the question that was asked. */
export function refusalOf(message: Buffer): Buffer {
  const answer = Buffer.from(message);
  // An answer, recursion available; the code is NXDOMAIN.
  answer[2] = (answer[2] ?? 0) | 0x80;
  answer[3] = 0x83;
  return answer;
}

/** Null when it is no question. */
function readName(message: Buffer): readonly string[] | null {
  if (message.length < headerBytes || message.readUInt16BE(4) !== 1) return null;
  const labels: string[] = [];
  let place = headerBytes;
  for (;;) {
    const length = message[place];
    // A pointer has no place in a question's name.
    if (length === undefined || length > 63) return null;
    if (length === 0) return labels;
    const end = place + 1 + length;
    if (end > message.length) return null;
    labels.push(message.toString('latin1', place + 1, end).toLowerCase());
    place = end;
  }
}
