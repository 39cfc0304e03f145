import type { Config } from "../lib/config/config.ts";
import type { Limits } from "../lib/http/limits.ts";
import type { ParserSettings } from "../lib/parser/parser.ts";

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

/** Turns the operator's settings into those of the parser. */
export function parserSettingsOf(config: Config): ParserSettings {
  return {
    maxRequestLine: config.limitRequestLine,
    maxFields: config.limitRequestFields,
    maxFieldSize: config.limitRequestFieldSize,
    maxHead: config.limitRequestHead,
    headerMap: config.headerMap,
    permitObsoleteFolding: config.permitObsoleteFolding,
    permitSpaceBeforeColon: config.stripHeaderSpaces,
    permitUnconventionalMethod: config.permitUnconventionalHttpMethod,
    permitUnconventionalVersion: config.permitUnconventionalHttpVersion,
    casefoldMethod: config.casefoldHttpMethod,
  };
}
