import type { Section, Setting } from "./setting.ts";
import { APP_SETTINGS } from "./settings/app_settings.ts";
import { DEADLINE_SETTINGS } from "./settings/deadline_settings.ts";
import { HTTP_SETTINGS } from "./settings/http_settings.ts";
import { LIMIT_SETTINGS } from "./settings/limit_settings.ts";
import { LOG_SETTINGS } from "./settings/log_settings.ts";
import { PROCESS_SETTINGS } from "./settings/process_settings.ts";
import { PYTHON_SETTINGS } from "./settings/python_settings.ts";
import { SOCKET_SETTINGS } from "./settings/socket_settings.ts";
import { WORKER_SETTINGS } from "./settings/worker_settings.ts";

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

type Values<Entries> = {
  [Name in keyof Entries & string as CamelCase<Name>]: Entries[Name] extends Setting<infer Value>
    ? Value
    : never;
};

/**
 * The values of all settings: a plain object that survives JSON. Keys are the settings' names in camel case
 * (`graceful_timeout` is `gracefulTimeout`). Times are in seconds, sizes in bytes; null means "not set".
 * What each one means stands in `settings/`.
 */
export type Config = Values<
  & typeof APP_SETTINGS
  & typeof SOCKET_SETTINGS
  & typeof WORKER_SETTINGS
  & typeof DEADLINE_SETTINGS
  & typeof LIMIT_SETTINGS
  & typeof HTTP_SETTINGS
  & typeof LOG_SETTINGS
  & typeof PROCESS_SETTINGS
  & typeof PYTHON_SETTINGS
>;

/** A key of {@link Config}. */
export type ConfigKey = keyof Config;

/** Title of the section whose settings all concern Python apps only. */
export const PYTHON_TITLE = "Python apps";

/** The settings table: each section with its title, in the order of `--help`. */
export const SECTIONS: readonly { readonly title: string; readonly settings: Section }[] = [
  { title: "App", settings: APP_SETTINGS },
  { title: "Sockets", settings: SOCKET_SETTINGS },
  { title: "Workers", settings: WORKER_SETTINGS },
  { title: "Deadlines", settings: DEADLINE_SETTINGS },
  { title: "Limits", settings: LIMIT_SETTINGS },
  { title: "HTTP", settings: HTTP_SETTINGS },
  { title: "Logs", settings: LOG_SETTINGS },
  { title: "Process", settings: PROCESS_SETTINGS },
  { title: PYTHON_TITLE, settings: PYTHON_SETTINGS },
];
