import { type FileHandle, open } from 'node:fs/promises';

const WINDOW = 1 << 20;

/** Payloads of a pcap by place. Packets of one party lie near one another: a window is read at a time. */
export class PayloadFile {
  readonly #file: FileHandle;
  readonly #window = Buffer.allocUnsafe(WINDOW);
  #from = 0;
  #to = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<PayloadFile> {
    return new PayloadFile(await open(path));
  }

  /** At once where the window has it. @returns a view that the next read may overwrite; shorter where the file ends */
  read(offset: number, bytes: number): Buffer | Promise<Buffer> {
    if (offset >= this.#from && offset + bytes <= this.#to) return this.#window.subarray(offset - this.#from, offset - this.#from + bytes);
    return this.#refill(offset, bytes);
  }

  async #refill(offset: number, bytes: number): Promise<Buffer> {
    const { bytesRead } = await this.#file.read(this.#window, 0, WINDOW, offset);
    this.#from = offset;
    this.#to = offset + bytesRead;
    return this.#window.subarray(0, Math.min(bytes, bytesRead));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
