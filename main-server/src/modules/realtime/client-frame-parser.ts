import { clientFrameSchema, type ClientFrame, type ErrorPayload } from '@codex-webapp/contracts';
import { toSocketText } from '@codex-webapp/nest-kit';
import type { z } from 'zod';

export type ParsedClientFrame =
  | { readonly frame: ClientFrame; readonly frameId: string | null; readonly error?: undefined }
  | { readonly error: ErrorPayload; readonly frameId: string | null };

const issuesMax = 10;
const frameIdMaxLength = 100;

/** What a browser sent, or an error that names the field. */
export function parseClientFrame(
  data: Buffer | ArrayBuffer | Buffer[],
  isBinary: boolean,
): ParsedClientFrame {
  if (isBinary) return refused(null, [{ path: '', message: 'Frames are text.' }]);
  let value: unknown;
  try {
    value = JSON.parse(toSocketText(data));
  } catch {
    return refused(null, [{ path: '', message: 'The frame is not JSON.' }]);
  }
  const parsed = clientFrameSchema.safeParse(value);
  const frameId = frameIdOf(value);
  return parsed.success
    ? { frame: parsed.data, frameId }
    : refused(frameId, parsed.error.issues.flatMap(toIssues));
}

interface Issue {
  readonly path: string;
  readonly message: string;
}

function refused(frameId: string | null, issues: readonly Issue[]): ParsedClientFrame {
  const [first] = issues;
  const message = first?.path
    ? `${first.path}: ${first.message}`
    : (first?.message ?? 'The frame is not valid.');
  return {
    error: { code: 'frame.invalid', message, details: { issues: issues.slice(0, issuesMax) } },
    frameId,
  };
}

/** An unknown key is an issue of the object around it; the field is the key. */
function toIssues(issue: z.core.$ZodIssue): readonly Issue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'Unknown field.' }));
  }
  return [{ path: issue.path.join('.'), message: issue.message }];
}

function frameIdOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { frameId, clientRequestId } = value as { frameId?: unknown; clientRequestId?: unknown };
  const id = frameId ?? clientRequestId;
  return typeof id === 'string' && id.length <= frameIdMaxLength ? id : null;
}
