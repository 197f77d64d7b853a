// A copy of the answer that is not safe yet, for a page that is closed or crashes.
// Best effort: without a database (private windows) the copy in memory must do.
import type { Answer, VoiceAnswer } from "./outbox";

export interface AnswerStore {
  save(answer: Answer): void;
  append(turnId: string, index: number, chunk: Uint8Array): void;
  remove(turnId: string): void;
  /** The answer left behind by an earlier page, complete as far as it was written. */
  load(): Promise<Answer | null>;
}

const NAME = "intervue";
const WRITE_EVERY_MS = 250;
const FORGET_AFTER_MS = 7 * 24 * 3600 * 1000;

type Kept = (Omit<VoiceAnswer, "chunks"> | Exclude<Answer, VoiceAnswer>) & {
  interviewId: string;
  savedAt: number;
};
interface KeptChunks {
  turnId: string;
  index: number;
  chunks: Uint8Array[];
}

export class IndexedDbStore implements AnswerStore {
  private readonly database: Promise<IDBDatabase | null>;
  private unwritten: KeptChunks | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly interviewId: string) {
    this.database = openDatabase().catch(() => null);
  }

  save(answer: Answer): void {
    const kept = { ...answer, interviewId: this.interviewId, savedAt: Date.now(), chunks: [] };
    void this.write((answers) => answers.put(kept));
    this.flush();
  }

  append(turnId: string, index: number, chunk: Uint8Array): void {
    if (this.unwritten?.turnId === turnId) this.unwritten.chunks.push(chunk);
    else this.unwritten = { turnId, index, chunks: [chunk] };
    this.timer ??= setTimeout(() => this.flush(), WRITE_EVERY_MS);
  }

  remove(turnId: string): void {
    if (this.unwritten?.turnId === turnId) this.unwritten = null;
    void this.write((answers, chunks) => {
      answers.delete(turnId);
      chunks.delete(IDBKeyRange.bound([turnId, 0], [turnId, Infinity]));
    });
  }

  async load(): Promise<Answer | null> {
    const database = await this.database;
    if (!database) return null;
    try {
      const transaction = database.transaction(["answers", "chunks"]);
      const all = await result<Kept[]>(transaction.objectStore("answers").getAll());
      const old = all.filter((kept) => Date.now() - kept.savedAt > FORGET_AFTER_MS);
      for (const kept of old) this.remove(kept.turnId);
      const mine = all.find((kept) => kept.interviewId === this.interviewId && !old.includes(kept));
      if (!mine || mine.kind === "text") return mine ?? null;
      const range = IDBKeyRange.bound([mine.turnId, 0], [mine.turnId, Infinity]);
      const runs = await result<KeptChunks[]>(transaction.objectStore("chunks").getAll(range));
      const chunks = runs.flatMap((run) => run.chunks);
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
      return { ...mine, chunks, bytes };
    } catch {
      return null;
    }
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const run = this.unwritten;
    this.unwritten = null;
    if (run) void this.write((_answers, chunks) => chunks.put(run));
  }

  private async write(
    change: (answers: IDBObjectStore, chunks: IDBObjectStore) => void,
  ): Promise<void> {
    const database = await this.database;
    if (!database) return;
    try {
      const transaction = database.transaction(["answers", "chunks"], "readwrite");
      change(transaction.objectStore("answers"), transaction.objectStore("chunks"));
    } catch {
      // A full disk or a closing page: the copy in memory must do.
    }
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("answers", { keyPath: "turnId" });
    request.result.createObjectStore("chunks", { keyPath: ["turnId", "index"] });
  };
  return result(request);
}

function result<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new Error("indexedDB"));
  });
}
