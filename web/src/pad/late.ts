// The pad, fetched when a question asks for code: most interviews never do.
import type { PadMessage } from "./messages";
import type { Pad } from "./pad";
import type { PadView } from "./view";

const AGAIN_MS = 2_000;

export class LatePad {
  private pad: Pad | null = null;
  /** What came while it was fetched, in order. */
  private waiting: ((pad: Pad) => void)[] = [];
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
    this.soon((pad) => pad.receive(message), message.type === "code_pad");
  }

  /** The interview is at this question now. */
  at(questionId: string | null): void {
    this.soon((pad) => pad.at(questionId));
  }

  /** Now, instead of after a pause in the typing. */
  flush(): void {
    this.pad?.flush();
  }

  /** The interview is over, or was withdrawn. */
  end(): void {
    this.over = true;
    this.waiting = [];
    if (this.pad) this.pad.end();
    else this.forget();
  }

  /** Without a pad there is nothing to do, but for what brings one. */
  private soon(act: (pad: Pad) => void, brings = false): void {
    if (this.pad) return act(this.pad);
    const isFetched = this.waiting.length > 0;
    if (this.over || (!isFetched && !brings)) return;
    this.waiting.push(act);
    if (!isFetched) void this.bring();
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
    for (const act of waiting) act(pad);
    const tell = () => {
      for (const watcher of this.watchers) watcher();
    };
    pad.subscribe(tell);
    tell();
  }
}
