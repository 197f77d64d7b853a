// The pad, fetched when a question asks for code: most interviews never do.
import type { PadMessage } from "./messages";
import type { Pad } from "./pad";
import type { PadView } from "./view";

const AGAIN_MS = 2_000;

export class LatePad {
  private pad: Pad | null = null;
  /** What came while it was fetched, in order. */
  private waiting: PadMessage[] = [];
  private over = false;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly fetch: () => Promise<Pad>,
    /** Drafts of an earlier visit. */
    private readonly forget: () => void,
  ) {}

  readonly get = (): Pad | null => this.pad;

  readonly getView = (): PadView | null => this.pad?.getView() ?? null;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  receive(message: PadMessage): void {
    if (this.pad) return this.pad.receive(message);
    if (this.over) return;
    const isFetched = this.waiting.length > 0;
    // Without a pad there is nothing that the others could be about.
    if (!isFetched && message.type !== "code_pad") return;
    this.waiting.push(message);
    if (!isFetched) void this.bring();
  }

  /** The interview is over, or was withdrawn. */
  end(): void {
    this.over = true;
    this.waiting = [];
    if (this.pad) this.pad.end();
    else this.forget();
  }

  private async bring(): Promise<void> {
    if (this.over) return;
    let pad: Pad;
    try {
      pad = await this.fetch();
    } catch {
      // The question can be answered aloud meanwhile.
      setTimeout(() => void this.bring(), AGAIN_MS);
      return;
    }
    if (this.over) return;
    this.pad = pad;
    const { waiting } = this;
    this.waiting = [];
    for (const message of waiting) pad.receive(message);
    const tell = () => {
      for (const watcher of this.watchers) watcher();
    };
    pad.subscribe(tell);
    tell();
  }
}
