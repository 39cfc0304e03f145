/** What became of reading the settings anew. */
export type ReloadResult<Config> = { config: Config } | { error: unknown };

/**
 * Reads settings anew, once at a time. Requests that come meanwhile ask for one more time together, because the file
 * may have changed after it was read.
 */
export class Reloader<Config> {
  readonly #read: () => Promise<Config>;
  readonly #ended: (result: ReloadResult<Config>) => void;
  #isRunning = false;
  #isWantedAgain = false;

  /**
   * @param read Reads the settings and prepares what they name.
   * @param ended Called after each time.
   */
  constructor(read: () => Promise<Config>, ended: (result: ReloadResult<Config>) => void) {
    this.#read = read;
    this.#ended = ended;
  }

  /** From a request until {@link finish}: what was prepared may not be in use yet. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  request(): void {
    if (this.#isRunning) {
      this.#isWantedAgain = true;
      return;
    }
    this.#isRunning = true;
    this.#read().then(
      (config) => this.#ended({ config }),
      (error) => this.#ended({ error }),
    );
  }

  /** The result was put to use. */
  finish(): void {
    const isWantedAgain = this.#isWantedAgain;
    this.#isRunning = false;
    this.#isWantedAgain = false;
    if (isWantedAgain) this.request();
  }
}
