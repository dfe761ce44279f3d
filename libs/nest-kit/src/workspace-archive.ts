import path from 'node:path';
import { pipeline, Transform, type Readable } from 'node:stream';

export const archiveType = 'application/gzip';

/** What `tar` had to say is kept up to here. */
export const archiveComplaintsMaxBytes = 8 * 1024;

/** Of GNU tar. Others are given what all of them know. */
const gnuArguments = [
  // One file that its own owner may not read keeps nobody from all the others.
  '--ignore-failed-read',
  '--one-file-system',
  '--sparse',
] as const;

/**
 * For `tar`, to write `folder` to its output, compressed, below one folder of its name. Links are stored as links and
 * not followed.
 */
export function archiveArguments(folder: string, { isGnu }: { readonly isGnu: boolean }): readonly string[] {
  return [
    '-c',
    '-z',
    '-f',
    '-',
    ...(isGnu ? gnuArguments : []),
    '-C',
    path.dirname(folder),
    '--',
    path.basename(folder),
  ];
}

/**
 * Whether `tar` has written all there is. GNU tar ends with 1 where files changed or went away while it read them, as
 * files of a session that runs do; others say with 1 that they failed.
 */
export function isArchiveComplete(exitCode: number | null, complaints: string): boolean {
  if (exitCode === 0) return true;
  return exitCode === 1 && !/error exit delayed/i.test(complaints);
}

const nameMaxLength = 80;

export interface ArchiveWork {
  /** Called once, after the last byte. A rejection breaks the stream. */
  readonly assertComplete: () => Promise<void>;
  /** Called once, however it ended: also when nobody reads it any more. */
  readonly release: () => void;
}

/** The bytes of `source`, whose end says that they are all: what is cut short ends with an error and never like a whole one. */
export function wholeOrBroken(source: Readable, { assertComplete, release }: ArchiveWork): Readable {
  const whole = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush: (done) => void assertComplete().then(() => done(), done),
  });
  // Whoever reads `whole` is told of the error by it.
  pipeline(source, whole, release);
  return whole;
}

/** What a title leaves of itself as the name of a file, on every system. */
export function toArchiveName(title: string): string {
  const words = title
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}"*/:<>?\\|%]+/gu, ' ')
    .replaceAll(/\s+/g, '-');
  const name = [...words]
    .slice(0, nameMaxLength)
    .join('')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${name === '' ? 'session' : name}-workspace.tar.gz`;
}

/** RFC 6266: a name of plain letters for everybody, and the real one for who understands it. */
export function toAttachment(fileName: string): string {
  const plain = fileName.normalize('NFKD').replaceAll(/[^\w.-]+/g, '');
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
