import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "../../lib/http/exchange.ts";
import type { Log } from "../../lib/log.ts";
import { FetchApp } from "../fetch/fetch_app.ts";
import { fetchNodeHandler } from "srvx/node";

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;
export function createNodeApp(handler: NodeHandler, options: { log: Log; close?: () => Promise<void> }): App {
  return new FetchApp((r) => fetchNodeHandler(handler as any, r as any), options);
}
