import type { Setting } from "./setting.ts";

/** The default for readers, such as `30`, `100m` or `127.0.0.1:8000 or 0.0.0.0:$PORT`; "" where there is nothing to say. */
export function showDefault(setting: Setting<unknown>): string {
  const { type, fallback } = setting;
  if (type.placeholder === "" || setting.default === null) return "";
  const values = Array.isArray(setting.default) ? setting.default : [setting.default];
  const shown = Array.isArray(setting.default)
    ? values.join(", ")
    : type.show(setting.default).replaceAll(/^"|"$/g, "").replaceAll('\\"', '"');
  if (!fallback || shown === "") return shown;
  const variable = `$${fallback.variable}`;
  return `${shown} or ${fallback.toText?.(variable) ?? variable}`;
}
