import {
  clientFrameSchema,
  fieldProblemsOf,
  invalidFields,
  type ClientFrame,
  type ErrorPayload,
  type FieldProblem,
} from '@codex-webapp/contracts';
import { toSocketText } from '@codex-webapp/nest-kit';

export type ParsedClientFrame =
  | { readonly frame: ClientFrame; readonly frameId: string | null; readonly error?: undefined }
  | { readonly error: ErrorPayload; readonly frameId: string | null };

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
  return parsed.success ? { frame: parsed.data, frameId } : refused(frameId, fieldProblemsOf(parsed.error));
}

function refused(frameId: string | null, fields: readonly FieldProblem[]): ParsedClientFrame {
  return { error: invalidFields('frame.invalid', fields), frameId };
}

function frameIdOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { frameId, clientRequestId } = value as { frameId?: unknown; clientRequestId?: unknown };
  const id = frameId ?? clientRequestId;
  return typeof id === 'string' && id.length <= frameIdMaxLength ? id : null;
}
