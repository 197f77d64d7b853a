/** Shorter than this is a tap, which keeps the microphone open until the next press. */
const TAP_MS = 350;

/** Hold to talk; or tap to start and tap again to send, for whoever cannot hold. */
export class Hold {
  private pressedAt: number | null = null;

  constructor(
    private readonly talking: () => boolean,
    private readonly talk: () => void,
    private readonly stop: () => void,
    private readonly changed: (held: boolean) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  press(): void {
    if (this.pressedAt !== null) return;
    if (this.talking()) return this.stop();
    this.talk();
    if (!this.talking()) return;
    this.pressedAt = this.now();
    this.changed(true);
  }

  release(): void {
    const pressedAt = this.pressedAt;
    this.pressedAt = null;
    if (pressedAt === null) return;
    this.changed(false);
    if (this.now() - pressedAt < TAP_MS) return;
    if (this.talking()) this.stop();
  }
}
