/** Utterances that were heard to their end: the server is told as soon as it is there. */
export class Heard {
  private untold: string[] = [];

  constructor(
    private readonly isOpen: () => boolean,
    private readonly say: (utteranceId: string) => void,
  ) {}

  add(utteranceId: string): void {
    this.untold.push(utteranceId);
    if (this.isOpen()) this.tell();
  }

  tell(): void {
    for (const utteranceId of this.untold.splice(0)) this.say(utteranceId);
  }
}
