/** A file dropped anywhere on an element. */

export interface FileDropTold {
  /** A file hangs over the element, or no longer does. */
  over(over: boolean): void;
  file(file: File): void;
}

export class FileDrop {
  #listening: AbortController | null = null;
  /** Entered minus left: moving between children leaves one and enters another. */
  #depth = 0;

  constructor(
    private readonly target: EventTarget,
    private readonly told: FileDropTold,
  ) {}

  listen(): void {
    if (this.#listening !== null) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const on = (type: string, take: (event: DragEvent) => void) => {
      this.target.addEventListener(
        type,
        (event) => {
          if (!carriesFiles(event as DragEvent)) return;
          event.preventDefault(); // else the browser opens the file in place of the page
          take(event as DragEvent);
        },
        { signal },
      );
    };
    on('dragenter', () => this.#move(1));
    on('dragleave', () => this.#move(-1));
    on('dragover', () => undefined);
    on('drop', ({ dataTransfer }) => {
      this.#move(-this.#depth);
      const file = dataTransfer?.files[0];
      if (file !== undefined) this.told.file(file);
    });
  }

  close(): void {
    this.#listening?.abort();
    this.#listening = null;
    this.#move(-this.#depth);
  }

  #move(by: number): void {
    const before = this.#depth > 0;
    this.#depth = Math.max(0, this.#depth + by);
    if (this.#depth > 0 !== before) this.told.over(this.#depth > 0);
  }
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}
