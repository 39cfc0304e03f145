/** Exit codes of the executable. The numbers are gunicorn's, so that service units keep their meaning. */
export const EXIT = {
  ok: 0,
  /** Bad value, bad file, cannot bind. */
  failure: 1,
  /** Unknown flag or wrong use of the command line. */
  usage: 2,
  /** A worker could not boot: the app raised an error of its own while it was loaded. */
  workerBoot: 3,
  /** The app could not be found: no such module, file, attribute, or not a callable. */
  appLoad: 4,
} as const;

/** A setting, file or address that the operator gave is wrong; `cli.ts` prints the message and exits. */
export class ConfigError extends Error {
  override name = "ConfigError";
  /** Exit code of the process, one of {@link EXIT}. */
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT.failure;
  }
}

/** The app could not be loaded; the worker reports it and the start-up or reload fails. */
export class AppLoadError extends Error {
  override name = "AppLoadError";
  /** {@link EXIT.workerBoot} or {@link EXIT.appLoad}. */
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT.appLoad;
  }
}
