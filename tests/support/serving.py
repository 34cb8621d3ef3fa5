"""A server on this machine that serves a folder, and says nothing of it."""

import io
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Changing(Quiet):
    """Serve what ``change`` makes of the bytes of each page, and all other files as they are."""

    def __init__(self, *args, change, **options):
        self.change = change
        super().__init__(*args, **options)

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.suffix != ".html" or not path.is_file():
            return super().send_head()
        body = self.change(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)


@contextmanager
def serving(folder, change=None):
    """Serve a folder until the block ends; give the server's address, which ends with a slash.

    ``change`` takes the bytes of a page, and returns those that are served in its place.
    """
    handler = partial(Changing, change=change) if change else Quiet
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
