/** Bytes of request bodies that may be in memory at once, whatever the clients do. */
export class BodyBudget {
  private reserved = 0;

  /** @param limit in bytes. */
  constructor(readonly limit: number) {}

  get used(): number {
    return this.reserved;
  }

  /** False when the body does not fit now; nothing is reserved then. */
  tryReserve(bytes: number): boolean {
    if (this.reserved + bytes > this.limit) return false;
    this.reserved += bytes;
    return true;
  }

  release(bytes: number): void {
    this.reserved -= bytes;
  }
}

/**
 * How many bytes the body of a request may take: what Content-Length says, or the whole limit where it does
 * not say. 0: no body. Node's parser has refused any other form of Content-Length.
 */
export function announcedBytes(
  headers: {
    readonly 'content-length'?: string | undefined;
    readonly 'transfer-encoding'?: string | undefined;
  },
  maxBodyBytes: number,
): number {
  if (headers['transfer-encoding'] !== undefined) return maxBodyBytes;
  return Number(headers['content-length'] ?? 0);
}
