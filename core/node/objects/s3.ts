import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Client } from 'minio';
import { type ByteRange, checkKey, type Objects, ObjectsError, type ObjectsFault, type StoredObject } from './store.ts';

export interface S3Options {
  host: string;
  port: number;
  isTls: boolean;
  key: string;
  secret: string;
  region: string;
  bucket: string;
}

/** Larger objects go in parts, and a part is as much as is held in memory. */
const PART_BYTES = 8 * 1024 * 1024;
/** A server that says nothing for so long is not there. */
const SILENCE_MS = 30_000;

const FAULTS: Record<string, ObjectsFault> = {
  ...{ ECONNREFUSED: 'absent', ECONNRESET: 'absent', ENOTFOUND: 'absent', EAI_AGAIN: 'absent', ETIMEDOUT: 'absent', EPIPE: 'absent' },
  ...{
    EHOSTUNREACH: 'absent',
    ENETUNREACH: 'absent',
    SlowDown: 'absent',
    ServiceUnavailable: 'absent',
    XMinioServerNotInitialized: 'absent',
    ...{ TooManyRequests: 'absent', RequestTimeout: 'absent', HTTP429: 'absent', HTTP502: 'absent', HTTP503: 'absent', HTTP504: 'absent' },
  },
  ...{ AccessDenied: 'refused', SignatureDoesNotMatch: 'refused', InvalidAccessKeyId: 'refused', Forbidden: 'refused' },
  ...{ NoSuchBucket: 'missing', NoSuchKey: 'missing', NotFound: 'missing' },
  ...{ XMinioStorageFull: 'full', InsufficientStorage: 'full', QuotaExceeded: 'full', XMinioAdminBucketQuotaExceeded: 'full' },
};

/** Objects in a bucket of a server that speaks S3. The bucket is not made: one that is missing is a wrong setting. */
export class S3Objects implements Objects {
  readonly #client: Client;
  readonly #bucket: string;
  readonly #where: string;

  constructor({ host, port, isTls, key, secret, region, bucket }: S3Options) {
    this.#client = new Client({
      ...{ endPoint: host, port, useSSL: isTls, accessKey: key, secretKey: secret, region, pathStyle: true, partSize: PART_BYTES },
      // all that it needs of the module that it is told to use
      transport: candid(isTls) as typeof http,
      // it would send a stream again that has been read; who calls tries again
      retryOptions: { disableRetry: true },
    });
    this.#bucket = bucket;
    this.#where = `bucket ${bucket} at ${host}:${port}`;
  }

  put(key: string, path: string): Promise<void> {
    return this.#do('write to', key, async () => {
      await this.#client.fPutObject(this.#bucket, key, path);
    });
  }

  async write(key: string, parts: AsyncIterable<Uint8Array>): Promise<number> {
    checkKey(key);
    const piece = Buffer.allocUnsafeSlow(PART_BYTES);
    const done: { part: number; etag: string }[] = [];
    let [filled, bytes] = [0, 0];
    let upload: string | null = null;
    const send = async () => {
      upload ??= await this.#do('write to', key, () => this.#client.initiateNewMultipartUpload(this.#bucket, key, {}));
      const id: string = upload;
      const place = { bucketName: this.#bucket, objectName: key, uploadID: id, partNumber: done.length + 1, headers: {} };
      const { etag } = await this.#do('write to', key, () => this.#client.uploadPart(place, piece.subarray(0, filled)));
      done.push({ part: place.partNumber, etag });
      filled = 0;
    };
    try {
      for await (const part of parts) {
        for (let at = 0; at < part.length; ) {
          const room = Math.min(PART_BYTES - filled, part.length - at);
          piece.set(part.subarray(at, at + room), filled);
          filled += room;
          at += room;
          if (filled === PART_BYTES) await send();
        }
        bytes += part.length;
      }
      if (upload === null) {
        await this.#do('write to', key, () => this.#client.putObject(this.#bucket, key, piece.subarray(0, filled), filled));
        return bytes;
      }
      if (filled > 0) await send();
      const id: string = upload;
      await this.#do('write to', key, () => this.#client.completeMultipartUpload(this.#bucket, key, id, done));
      return bytes;
    } catch (error) {
      // its parts would be kept, and paid for, until somebody looks; the fault that led here is the one that is told
      if (upload !== null) await this.#client.abortMultipartUpload(this.#bucket, key, upload).catch(() => undefined);
      throw error;
    }
  }

  discard(key: string): Promise<void> {
    return this.#do('remove from', key, async () => {
      for (let id = await this.#client.findUploadId(this.#bucket, key); id; id = await this.#client.findUploadId(this.#bucket, key))
        await this.#client.abortMultipartUpload(this.#bucket, key, id);
    });
  }

  size(key: string): Promise<number | null> {
    return this.#do('look up in', key, async () => {
      try {
        return (await this.#client.statObject(this.#bucket, key)).size;
      } catch (error) {
        if (codeOf(error) !== 'NotFound' && codeOf(error) !== 'NoSuchKey') throw error;
        // a question without a body has an answer without a reason: is it the object, or the bucket?
        await this.#exists();
        return null;
      }
    });
  }

  read(key: string, range?: ByteRange): Promise<Readable> {
    return this.#do('read from', key, () =>
      range
        ? this.#client.getPartialObject(this.#bucket, key, range.from, range.to - range.from)
        : this.#client.getObject(this.#bucket, key),
    );
  }

  remove(key: string): Promise<void> {
    return this.#do('remove from', key, () => this.#client.removeObject(this.#bucket, key));
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    try {
      // asked for a thousand at a time, as they are read
      for await (const item of this.#client.listObjectsV2(this.#bucket, prefix, true)) {
        const { name, size, lastModified } = item as { name?: string; size: number; lastModified?: Date };
        if (name !== undefined) yield { key: name, bytes: size, changedAt: lastModified?.getTime() ?? 0 };
      }
    } catch (error) {
      throw this.#fault('list', error);
    }
  }

  check(): Promise<void> {
    return this.#do('open', null, () => this.#exists());
  }

  async #exists(): Promise<void> {
    if (!(await this.#client.bucketExists(this.#bucket)))
      throw Object.assign(new Error('there is no such bucket'), { code: 'NoSuchBucket' });
  }

  async #do<T>(what: string, key: string | null, work: () => Promise<T>): Promise<T> {
    if (key !== null) checkKey(key);
    try {
      return await work();
    } catch (error) {
      throw this.#fault(what, error);
    }
  }

  #fault(what: string, error: unknown): ObjectsError {
    const said = error instanceof Error ? error.message : String(error);
    return new ObjectsError(FAULTS[codeOf(error)] ?? 'broken', `cannot ${what} ${this.#where}: ${said}`, error);
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

type Answered = (response: http.IncomingMessage) => void;

/** Answers that the client throws away unread, to send the request again; beyond 500 all are errors. */
const UNREAD = new Set([408, 429, 499]);

/** Requests that end when the other side falls silent (the client itself waits for ever), and that tell why they were refused. */
function candid(isTls: boolean): { request(options: http.RequestOptions, answered: Answered): http.ClientRequest } {
  const { request } = isTls ? https : http;
  return {
    request(options, answered) {
      const made = request(options, (response) => {
        const status = response.statusCode ?? 0;
        if (status < 500 && !UNREAD.has(status)) answered(response);
        else
          void text(response)
            .catch(() => '')
            .then((body) => made.emit('error', refusalOf(status, body)))
            .then(() => made.destroy());
      });
      return made.setTimeout(SILENCE_MS, () => made.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    },
  };
}

/** An answer without a body (to HEAD) has no other reason than its number. */
function refusalOf(status: number, body: string): Error {
  const [, said = `answer ${status}`] = /<Message>([^<]*)/.exec(body) ?? [];
  const [, code = `HTTP${status}`] = /<Code>(\w+)/.exec(body) ?? [];
  // MinIO on a disk that is full to the last byte calls it an error of its own
  return Object.assign(new Error(said), { code: /no space left on device/.test(said) ? 'XMinioStorageFull' : code });
}
