"""Makes the package monoceros_host from the boot frame and runs it.

The worker hands this file to Python as text, `python -c BOOTSTRAP DATA_FD CONTROL_FD`, so nothing
is read from or written to the disk. All other modules of this folder come in the boot frame and are
imported by `EmbeddedModules`.
"""

import json
import os
import struct
import sys
from importlib.util import spec_from_loader


def read_exactly(fd, size):
    data = b""
    while len(data) < size:
        piece = os.read(fd, size - len(data))
        if not piece:
            os._exit(1)  # the worker died
        data += piece
    return data


class EmbeddedModules:
    """Finds and loads modules whose source is in memory.

    Tracebacks show their lines through `get_source`.
    """

    def __init__(self, sources):
        self.sources = {"monoceros_host": "", **sources}

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return spec_from_loader(name, self, is_package=name == "monoceros_host")
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        exec(compile(self.sources[name], name.replace(".", "/") + ".py", "exec"), module.__dict__)

    def get_source(self, name):
        return self.sources.get(name)

    def is_package(self, name):
        return name == "monoceros_host"


def start():
    data_fd, control_fd = int(sys.argv[1]), int(sys.argv[2])
    (length,) = struct.unpack_from("<I", read_exactly(data_fd, 20))
    boot = json.loads(read_exactly(data_fd, length))
    sys.meta_path.insert(0, EmbeddedModules(boot.pop("modules")))
    from monoceros_host.main import run

    run(boot, data_fd, control_fd)


start()
