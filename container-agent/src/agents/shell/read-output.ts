import type { RunningProcess } from '../../process/running-process.ts';
import { PlainText } from './plain-text.ts';

/** After the end of a command its pipe is read until it is quiet; background processes may hold it open for ever. */
const quietMs = 100;
/** And no longer than this many pieces, for background processes that are never quiet. More than a full pipe. */
const piecesAfterExitMax = 64;

/**
 * Gives a command's output as text until the command has ended, one piece at a time: the command waits while `take` does.
 * What background processes print later is read and dropped, since a closed pipe would kill them.
 */
export async function readOutput(
  running: RunningProcess,
  take: (text: string) => Promise<void>,
): Promise<void> {
  const plain = new PlainText();
  const deliver = async (text: string): Promise<void> => {
    if (text !== '') await take(text);
  };
  running.stderr.resume();
  await new Promise<void>((resolve, reject) => {
    let hasExited = false;
    let piecesAfterExit = 0;
    let quietTimer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(quietTimer);
      running.stdout.off('data', onData);
      running.stdout.resume();
      resolve();
    };
    const onTaken = (): void => {
      if (hasExited) piecesAfterExit += 1;
      if (piecesAfterExit > piecesAfterExitMax) return finish();
      running.stdout.resume();
      if (hasExited) quietTimer = setTimeout(finish, quietMs);
    };
    const onData = (chunk: Buffer): void => {
      clearTimeout(quietTimer);
      running.stdout.pause();
      isTaking = true;
      deliver(plain.write(chunk)).then(
        () => {
          isTaking = false;
          onTaken();
        },
        (error: unknown) => {
          running.stdout.off('data', onData);
          running.stdout.resume();
          reject(error);
        },
      );
    };
    let isTaking = false;
    running.stdout.on('data', onData);
    running.stdout.once('end', finish);
    running.stdout.once('close', finish);
    void running.exited.then(() => {
      hasExited = true;
      if (!isTaking) quietTimer = setTimeout(finish, quietMs);
    });
  });
  await deliver(plain.end());
}
