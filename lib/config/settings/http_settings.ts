import { setting } from "../setting.ts";
import { choice, flag } from "../types/text.ts";

/** What requests may look like. Each permission weakens the parser. */
export const HTTP_SETTINGS = {
  header_map: setting({
    flags: ["--header-map"],
    type: choice(["drop", "refuse", "dangerous"]),
    default: "drop",
    help: 'What becomes of fields with "_" in their names: left out, answered 400, or passed on',
    apps: "all",
  }),
  permit_obsolete_folding: setting({
    flags: ["--permit-obsolete-folding"],
    type: flag(),
    default: false,
    help: "Accept header fields that go on in the next line",
    apps: "all",
  }),
  strip_header_spaces: setting({
    flags: ["--strip-header-spaces"],
    type: flag(),
    default: false,
    help: "Accept space between a field's name and its colon",
    apps: "all",
  }),
  permit_unconventional_http_method: setting({
    flags: ["--permit-unconventional-http-method"],
    type: flag(),
    default: false,
    help: "Accept methods in lower case, with #, or of unusual length",
    apps: "all",
  }),
  permit_unconventional_http_version: setting({
    flags: ["--permit-unconventional-http-version"],
    type: flag(),
    default: false,
    help: "Accept HTTP/1.x other than 1.0 and 1.1",
    apps: "all",
  }),
  casefold_http_method: setting({
    flags: ["--casefold-http-method"],
    type: flag(),
    default: false,
    help: "Turn methods into upper case",
    apps: "all",
  }),
};
