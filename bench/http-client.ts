import type { Client } from './closed-loop.js';
import { benchRecord } from './invoice.js';
import { KeepAliveClient } from './keep-alive-client.js';
import { variedInvoice } from './varied-invoice.js';

/** Where records are posted, on this machine, and in which form. */
export interface HttpTarget {
  /** Several are instances of one bridge: the clients are spread over them. */
  readonly ports: readonly number[];
  /** The records go to these in turn, all of a client's POSTs with the same text length. */
  readonly paths: readonly string[];
  /** The header `Authorization`; null: none. */
  readonly authorization: string | null;
  /** Every record has this key; null: as invoices have them. */
  readonly key: string | null;
  /** The value of the header `Prefer`. */
  readonly prefer: string;
  /** Any other status is counted as unexpected. */
  readonly expectedStatus: number;
  /** 1: each record is a body of its own; more: a list. */
  readonly recordsPerPost: number;
  /** Of each value, as UTF-8. */
  readonly valueBytes: number;
  /** Invoices as they are all alike but for their number; or ones that differ in all that real ones do. */
  readonly contents: 'alike' | 'varied';
}

/** Numbers go on from job to job: no message id comes twice in a run. */
let next = 0;
const prefix = `bench-${process.pid}`;

/** Each client that it connects has one connection, to the next port in turn. */
export function httpClients(target: HttpTarget): () => Promise<Client> {
  let clients = 0;
  return async () => {
    const port = target.ports[clients++ % target.ports.length] ?? 0;
    let connection = await KeepAliveClient.connect(port);
    const writers = target.paths.map((path) => requestWriter(target, port, path));
    return {
      once: async () => {
        const number = next;
        // Before it is sent: clients that begin together must not all begin with the same record.
        next += target.recordsPerPost;
        if (connection.isClosed) connection = await KeepAliveClient.connect(port);
        const write = writers[number % writers.length] ?? requestWriter(target, port, '');
        const status = await connection.send(write(number));
        return status === target.expectedStatus ? null : `status ${status}`;
      },
      close: () => connection.close(),
    };
  };
}

/** All bodies have one length, so the head is written once; the text goes out as UTF-8. */
function requestWriter(
  { prefer, recordsPerPost, key: sameKey, authorization, valueBytes, contents }: HttpTarget,
  port: number,
  path: string,
): (number: number) => string {
  const one = (number: number): string => {
    const { key, messageId, value: alike } = benchRecord(prefix, number, valueBytes);
    const value = contents === 'alike' ? alike : varied(number, valueBytes);
    return `{"key":"${sameKey ?? key}","message_id":"${messageId}","data":${value}}`;
  };
  const many = (first: number): string => {
    const records = Array.from({ length: recordsPerPost }, (_, at) => one(first + at));
    return `{"records":[${records.join()}]}`;
  };
  const body = recordsPerPost === 1 ? one : many;
  const head =
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
    (authorization === null ? '' : `Authorization: ${authorization}\r\n`) +
    `Prefer: ${prefer}\r\nContent-Length: ${Buffer.byteLength(body(0))}\r\n\r\n`;
  return (number) => head + body(number);
}

/** More than a batch has; made once, since to make one takes longer than to post it. */
const VARIANTS = 1_500;
const variants = new Map<string, string>();

function varied(number: number, bytes: number): string {
  const variant = number % VARIANTS;
  const name = `${variant}/${bytes}`;
  const text = variants.get(name) ?? variedInvoice(variant, bytes);
  variants.set(name, text);
  return text;
}
