import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';
import { OutboxError } from '../outbox.error.js';
import type { NewRecord } from '../record.js';

/** A key with the name that is stored beside each value that it has encrypted. */
export interface ValueKey {
  /** At most 64 characters. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** The first one encrypts, all of them decrypt. */
export type ValueKeys = readonly [ValueKey, ...ValueKey[]];

/** What no two records share, and a value is bound to. */
export type RecordName = Pick<NewRecord, 'tenant' | 'messageId'>;

/** What is stored of a value. */
export interface SealedValue {
  readonly bytes: Buffer | null;
  /** Null: it is in the clear. */
  readonly keyId: string | null;
}

const ALGORITHM = 'aes-256-gcm';
/** NIST SP 800-38D: 96 bits, never the same twice for one key; at random, good for 2^32 values. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LABEL = 'ponte value 1\n';

/** What a sealed value takes beside itself. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/**
 * AES-256-GCM over a value, as nonce, cipher text, tag. Tenant and message id are authenticated along with it, so that a
 * value cannot be put beside another record: not even one of the same message id, which is another tenant's.
 */
export class ValueCipher {
  private readonly byId: ReadonlyMap<string, KeyObject>;
  private readonly active: KeyObject;
  private readonly nonces = new Nonces();

  constructor(private readonly keys: ValueKeys) {
    this.active = createSecretKey(keys[0].key);
    this.byId = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]));
  }

  get activeId(): string {
    return this.keys[0].id;
  }

  has(keyId: string): boolean {
    return this.byId.has(keyId);
  }

  seal(record: RecordName, value: Buffer | null): SealedValue {
    if (value === null) return { bytes: null, keyId: null };
    const nonce = this.nonces.next();
    const cipher = createCipheriv(ALGORITHM, this.active, nonce);
    cipher.setAAD(authenticated(record));
    const bytes = Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
    return { bytes, keyId: this.activeId };
  }

  /** @throws OutboxError `values_key_missing`; `storage_corrupt` when it is not what was sealed for this record. */
  open(record: RecordName, keyId: string, sealed: Buffer): Buffer {
    const { messageId } = record;
    const key = this.byId.get(keyId);
    if (key === undefined) throw keyMissing(messageId, keyId);
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const cipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(authenticated(record));
      cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([
        cipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
        cipher.final(),
      ]);
    } catch (error) {
      const message = `The value of the record ${messageId} is not what was encrypted for it.`;
      throw new OutboxError('storage_corrupt', message, { messageId, cause: error });
    }
  }
}

/** The length stands before the tenant, so that no two pairs read the same, whatever stands in them. */
function authenticated({ tenant, messageId }: RecordName): Buffer {
  return Buffer.from(`${LABEL}${tenant.length} ${tenant}${messageId}`);
}

/** Chance is fetched for many values at once: a call for each costs as much as a quarter of its encryption (measured). */
class Nonces {
  private readonly pool = Buffer.alloc(NONCE_BYTES * 512);
  private used = this.pool.length;

  /** To be used before the next one is asked for. */
  next(): Buffer {
    if (this.used === this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.used += NONCE_BYTES;
    return this.pool.subarray(this.used - NONCE_BYTES, this.used);
  }
}

/** Seals with nothing: the value as it is. */
export const IN_THE_CLEAR = {
  seal: (_record: RecordName, value: Buffer | null): SealedValue => ({ bytes: value, keyId: null }),
};

export function keyMissing(messageId: string, keyId: string): OutboxError {
  const message = `The value of the record ${messageId} needs the key ${keyId}, which VALUES_KEY_PATH does not have.`;
  return new OutboxError('values_key_missing', message, { messageId });
}
