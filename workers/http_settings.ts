import type { Config } from "../lib/config/config.ts";
import { ConfigError } from "../lib/errors.ts";
import { compileFormat } from "../lib/http/access_log.ts";
import type { Limits } from "../lib/http/limits.ts";
import { HEADER_MAP, type ParserSettings, PERMIT } from "../lib/parser/parser.ts";

/** Turns the operator's settings into the limits of a connection. */
export function limitsOf(config: Config): Limits {
  return {
    headTimeoutMs: config.headTimeout * 1000,
    keepaliveMs: config.keepalive * 1000,
    bodyTimeoutMs: config.bodyTimeout * 1000,
    writeTimeoutMs: config.writeTimeout * 1000,
    maxBody: config.limitRequestBody,
  };
}

/**
 * Checks what only the HTTP side understands, before a worker stumbles over it.
 *
 * @throws {ConfigError} If the access log's format names an atom that does not exist.
 */
export function checkHttpSettings({ accessLogFormat }: Pick<Config, "accessLogFormat">): void {
  try {
    compileFormat(accessLogFormat);
  } catch (error) {
    // The function throws nothing else than a SyntaxError.
    throw new ConfigError((error as SyntaxError).message, { cause: error });
  }
}

/** Turns the operator's settings into those of the parser. */
export function parserSettingsOf(config: Config): ParserSettings {
  return {
    maxRequestLine: config.limitRequestLine,
    maxFields: config.limitRequestFields,
    maxFieldSize: config.limitRequestFieldSize,
    maxHead: config.limitRequestHead,
    headerMap: HEADER_MAPS[config.headerMap],
    permit: (config.permitObsoleteFolding ? PERMIT.obsoleteFolding : 0) |
      (config.stripHeaderSpaces ? PERMIT.spaceBeforeColon : 0) |
      (config.permitUnconventionalHttpMethod ? PERMIT.unconventionalMethod : 0) |
      (config.permitUnconventionalHttpVersion ? PERMIT.unconventionalVersion : 0) |
      (config.casefoldHttpMethod ? PERMIT.casefoldMethod : 0),
  };
}

/** gunicorn calls it dangerous to pass such names on. */
const HEADER_MAPS = {
  drop: HEADER_MAP.drop,
  refuse: HEADER_MAP.refuse,
  dangerous: HEADER_MAP.pass,
} as const;
