import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TenantScope } from '@callscope/core/domain/tenant.ts';
import { readObject, SEALED, type SealKey, sealing } from '@callscope/core/node/objects/sealed.ts';
import type { ByteRange, Objects, StoredObject } from '@callscope/core/node/objects/store.ts';
import type { CompanyKeys } from '@callscope/modules/recordings/keys.ts';

/** No company's id begins so: what stands under a company's own are its recordings. */
const FOLDER = '_exports/';

/** Where a file is written. */
export interface Place {
  object: string;
  seal: SealKey | null;
}

/** Made files among the objects: sealed with the company's key where its recordings are, for they tell as much. */
export class ExportFiles {
  readonly #objects: Objects;
  readonly #keys: CompanyKeys;
  /** how long they are kept */
  readonly keepMs: number;

  constructor(objects: Objects, keys: CompanyKeys, keepMs: number) {
    this.#objects = objects;
    this.#keys = keys;
    this.keepMs = keepMs;
  }

  /** Each try has its own place: of one that was taken for dead nothing comes into the next one's. @throws KeysMissing */
  async placeOf(scope: TenantScope, { id, tries }: { id: string; tries: number }, extension: string): Promise<Place> {
    const seal = await this.#keys.current(scope);
    return { object: `${FOLDER}${scope.tenant}/${id}-${tries}.${extension}${seal === null ? '' : SEALED}`, seal };
  }

  /** With a part of it in memory. @throws ObjectsError, and what `parts` throws */
  async write({ object, seal }: Place, parts: AsyncIterable<Uint8Array>): Promise<void> {
    if (seal === null) await this.#objects.write(object, parts);
    else await pipeline(parts, sealing(seal, object), (sealed: AsyncIterable<Uint8Array>) => this.#objects.write(object, sealed));
  }

  /** @param bytes of the file, not sealed @throws ObjectsError, KeysMissing */
  read(scope: TenantScope, { object, bytes }: { object: string; bytes: number }, range: ByteRange): Promise<Readable> {
    return readObject(this.#objects, { key: object, bytes }, (version) => this.#keys.keyOf(scope, version), range);
  }

  /** Whole or half: nothing is left of it. @throws ObjectsError */
  async remove(object: string): Promise<void> {
    await this.#objects.discard(object);
    await this.#objects.remove(object);
  }

  list(): AsyncIterable<StoredObject> {
    return this.#objects.list(FOLDER);
  }
}
