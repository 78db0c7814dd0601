const LENGTH_BYTES = 4;
/** A request begins with its kind and version, then the number that its answer repeats. */
const CORRELATION_AT_IN_REQUEST = 8;
const CORRELATION_AT_IN_ANSWER = 4;

/** Cuts a stream of bytes into Kafka's frames, each with its length in front. Keeps at most one unfinished frame. */
export class FrameCutter {
  private rest: Buffer = Buffer.alloc(0);

  /** The frames that the chunk completes. */
  take(chunk: Buffer): Buffer[] {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + bytes.readInt32BE(at);
      if (end > bytes.length) break;
      frames.push(bytes.subarray(at, end));
      at = end;
    }
    this.rest = bytes.subarray(at);
    return frames;
  }
}

/** Kafka's number for the kind of a request. */
export function apiKeyOf(request: Buffer): number {
  return request.readInt16BE(LENGTH_BYTES);
}

export function correlationOfRequest(request: Buffer): number {
  return request.readInt32BE(CORRELATION_AT_IN_REQUEST);
}

export function correlationOfAnswer(answer: Buffer): number {
  return answer.readInt32BE(CORRELATION_AT_IN_ANSWER);
}
