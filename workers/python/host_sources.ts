import asgi from "./host/asgi.py" with { type: "text" };
import asgiServer from "./host/asgi_server.py" with { type: "text" };
import asgiExchange from "./host/asgi_exchange.py" with { type: "text" };
import bootstrap from "./host/bootstrap.py" with { type: "text" };
import control from "./host/control.py" with { type: "text" };
import fields from "./host/fields.py" with { type: "text" };
import frames from "./host/frames.py" with { type: "text" };
import lifespan from "./host/lifespan.py" with { type: "text" };
import loading from "./host/loading.py" with { type: "text" };
import main from "./host/main.py" with { type: "text" };
import report from "./host/report.py" with { type: "text" };
import scope from "./host/scope.py" with { type: "text" };
import wsgi from "./host/wsgi.py" with { type: "text" };
import wsgiExchange from "./host/wsgi_exchange.py" with { type: "text" };
import wsgiThreads from "./host/wsgi_threads.py" with { type: "text" };

/** Source that Python is started with. */
export const BOOTSTRAP: string = bootstrap;

/** The rest of the host by module name; it travels in the boot frame. */
export const HOST_MODULES: Readonly<Record<string, string>> = {
  "monoceros_host.asgi": asgi,
  "monoceros_host.asgi_exchange": asgiExchange,
  "monoceros_host.asgi_server": asgiServer,
  "monoceros_host.control": control,
  "monoceros_host.fields": fields,
  "monoceros_host.frames": frames,
  "monoceros_host.lifespan": lifespan,
  "monoceros_host.loading": loading,
  "monoceros_host.main": main,
  "monoceros_host.report": report,
  "monoceros_host.scope": scope,
  "monoceros_host.wsgi": wsgi,
  "monoceros_host.wsgi_exchange": wsgiExchange,
  "monoceros_host.wsgi_threads": wsgiThreads,
};
