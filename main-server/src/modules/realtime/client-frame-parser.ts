import {
  clientFrameSchema,
  type ClientFrame,
  type ErrorPayload,
  type FieldProblem,
} from '@codex-webapp/contracts';
import { toSocketText } from '@codex-webapp/nest-kit';
import type { z } from 'zod';

export type ParsedClientFrame =
  | { readonly frame: ClientFrame; readonly frameId: string | null; readonly error?: undefined }
  | { readonly error: ErrorPayload; readonly frameId: string | null };

const problemsMax = 10;
const frameIdMaxLength = 100;

/** What a browser sent, or an error that names the field. */
export function parseClientFrame(
  data: Buffer | ArrayBuffer | Buffer[],
  isBinary: boolean,
): ParsedClientFrame {
  if (isBinary) return refused(null, [{ field: '', problems: ['Frames are text.'] }]);
  let value: unknown;
  try {
    value = JSON.parse(toSocketText(data));
  } catch {
    return refused(null, [{ field: '', problems: ['The frame is not JSON.'] }]);
  }
  const parsed = clientFrameSchema.safeParse(value);
  const frameId = frameIdOf(value);
  return parsed.success
    ? { frame: parsed.data, frameId }
    : refused(frameId, parsed.error.issues.flatMap(toProblems));
}

function refused(frameId: string | null, fields: readonly FieldProblem[]): ParsedClientFrame {
  const [first] = fields;
  const problem = first?.problems[0] ?? 'The frame is not valid.';
  const message = first?.field ? `${first.field}: ${problem}` : problem;
  return {
    error: { code: 'frame.invalid', message, details: { fields: fields.slice(0, problemsMax) } },
    frameId,
  };
}

/** An unknown key is an issue of the object around it; the field is the key. */
function toProblems(issue: z.core.$ZodIssue): readonly FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), problems: ['Unknown field.'] }));
  }
  return [{ field: issue.path.join('.'), problems: [issue.message] }];
}

function frameIdOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { frameId, clientRequestId } = value as { frameId?: unknown; clientRequestId?: unknown };
  const id = frameId ?? clientRequestId;
  return typeof id === 'string' && id.length <= frameIdMaxLength ? id : null;
}
