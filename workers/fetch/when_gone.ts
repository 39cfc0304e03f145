import type { Exchange } from "../../lib/http/exchange.ts";

/** Adds a reaction to the day when the response cannot be sent any more; several may be added. */
export function whenGone(exchange: Exchange, react: () => void): void {
  const earlier = exchange.onClose;
  exchange.onClose = earlier === null ? react : () => {
    earlier();
    react();
  };
}
