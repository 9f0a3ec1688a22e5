"""Downloads by name, against a server on this machine."""

from __future__ import annotations

import hashlib
import threading
import tomllib
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hansa import files
from hansa.errors import DataError, HansaError, UnknownCode


@pytest.fixture
def served(tmp_path):
    """A server whose content can be changed, and a catalogue that points at it."""
    content = {"/table.csv": b"first"}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            body = content.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    sources = tmp_path / "sources.toml"

    def catalogue(**further):
        entry = {"producer": "P", "title": "T", "url": f"{address}/table.csv", **further}
        sources.write_text("[table]\n" + "".join(f'{key} = "{value}"\n' for key, value in entry.items()))
        return sources

    yield content, catalogue
    server.shutdown()
    server.server_close()
    thread.join()


def test_fetched_once_and_written_down(served, tmp_path):
    content, catalogue = served
    seen = []
    path = files.get(
        "table", tmp_path / "data", sources=catalogue(), progress=lambda done, total: seen.append((done, total))
    )
    assert path.read_bytes() == b"first"
    assert seen[-1] == (5, 5)
    record = tomllib.loads((tmp_path / "data" / "downloads.toml").read_text())["table.csv"]
    assert record["sha256"] == hashlib.sha256(b"first").hexdigest()
    content["/table.csv"] = b"second"
    assert files.get("table", tmp_path / "data", sources=catalogue()).read_bytes() == b"first"
    assert sorted(p.name for p in path.parent.iterdir()) == ["downloads.toml", "table.csv"]


def test_a_later_difference_is_refused_until_asked_for(served, tmp_path):
    content, catalogue = served
    path = files.get("table", tmp_path, sources=catalogue())
    path.unlink()
    content["/table.csv"] = b"second"
    with pytest.raises(DataError, match="written down at the first download.*update=True"):
        files.get("table", tmp_path, sources=catalogue())
    assert not path.exists()
    assert files.get("table", tmp_path, sources=catalogue(), update=True).read_bytes() == b"second"
    assert files.get("table", tmp_path, sources=catalogue()).read_bytes() == b"second"


def test_a_file_changed_on_disk_is_refused(served, tmp_path):
    _, catalogue = served
    files.get("table", tmp_path, sources=catalogue()).write_bytes(b"edited")
    with pytest.raises(DataError, match="not the file it was"):
        files.get("table", tmp_path, sources=catalogue())


def test_a_published_checksum_holds_even_for_an_update(served, tmp_path):
    content, catalogue = served
    pinned = catalogue(sha256=hashlib.sha256(b"first").hexdigest())
    assert files.get("table", tmp_path, sources=pinned).read_bytes() == b"first"
    content["/table.csv"] = b"second"
    with pytest.raises(DataError, match="the one published"):
        files.get("table", tmp_path, sources=pinned, update=True)
    assert (tmp_path / "table.csv").read_bytes() == b"first"


def test_a_file_put_there_by_hand_is_taken(served, tmp_path):
    _, catalogue = served
    (tmp_path / "table.csv").write_bytes(b"by hand")
    assert files.get("table", tmp_path, sources=catalogue()).read_bytes() == b"by hand"


def test_what_a_server_refuses(served, tmp_path):
    content, catalogue = served
    content.clear()
    with pytest.raises(HansaError, match="could not be fetched.*404"):
        files.get("table", tmp_path, sources=catalogue())
    assert not (tmp_path / "table.csv").exists()


def test_an_unknown_name(tmp_path):
    with pytest.raises(UnknownCode, match="'baci-hs71' is no known source. Nearest known: 'baci-hs"):
        files.get("baci-hs71", tmp_path)


def test_the_shipped_catalogue():
    for download in files.catalogue().values():
        assert download.url.startswith("https://")
        assert download.licence
        assert "/" not in download.saved_as
        assert download.reader in ("", "baci", "comext", "comtrade", "flat")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a", "cannot be read"),
        ('[a]\nproducer = "P"', "needs producer, title and url"),
        ('[a]\nproducer = "P"\ntitle = "T"\nurl = "file:///x"', "no http address"),
        ('[a]\nproducer = "P"\ntitle = "T"\nurl = "https://x"\nlicense = "L"', "Nearest known: 'licence'"),
    ],
)
def test_a_catalogue_that_cannot_be_used(tmp_path, text, said):
    path = tmp_path / "sources.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        files.catalogue(path)


def test_a_damaged_record(served, tmp_path):
    _, catalogue = served
    (tmp_path / "downloads.toml").write_text("[")
    with pytest.raises(DataError, match="record of downloads"):
        files.get("table", tmp_path, sources=catalogue())


def test_a_zip_is_judged_by_its_directory(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as out:
        for _ in range(128):
            out.write(bytes(1 << 20))
    with pytest.raises(DataError, match="would unpack to 134,217,728 bytes"):
        files.check_zip(path)
    with pytest.raises(DataError, match="no such file"):
        files.check_zip(tmp_path / "absent.zip")
