"""The service on a disk whose cache is lost with the power: beside the store's files stand copies that hold only what
was synced.

SQLite's own file methods are wrapped, in this process: a write is remembered, a sync puts what is remembered into the
copy. Whoever kills the process and goes on from the copies sees what a power cut would have left: every write since
the last sync is gone. ``UNPLUGGED`` names the folder of the copies; ``UNPLUGGED_SYNC=NORMAL`` runs the service with a
store that does not sync each commit, for a test that cannot fail tests nothing. While there is a file ``full`` beside
the folder of the copies, writing fails as on a full disk; while there is ``unsynced``, syncing does.
"""

from __future__ import annotations

import ctypes as c
import os
import shutil
import sqlite3
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

from bot.cli import main
from bot.store.session import Embedded

POINTERS = 18
"""Function pointers behind the version number of SQLite's file methods."""
X_WRITE, X_TRUNCATE, X_SYNC = 2, 3, 4
KEPT = 0x00000100 | 0x00080000
"""A main database or its log."""
OPEN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.c_int, c.c_void_p)
"""The name stays an address: SQLite keeps it for the life of the file."""
WRITE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int, c.c_longlong)
TRUNCATE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_longlong)
SYNC = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int)
FULL, UNSYNCED = "full", "unsynced"
NO_ROOM, NOT_SYNCED = 13, 10 | 4 << 8
"""``SQLITE_FULL`` and ``SQLITE_IOERR_FSYNC``."""


class Methods(c.Structure):
    """``sqlite3_io_methods``."""

    _fields_ = [("version", c.c_int), ("calls", c.c_void_p * POINTERS)]


class File(c.Structure):
    """The beginning of ``sqlite3_file``."""

    _fields_ = [("methods", c.POINTER(Methods))]


class Vfs(c.Structure):
    """The beginning of ``sqlite3_vfs``."""

    _fields_ = [
        ("version", c.c_int),
        ("file_size", c.c_int),
        ("longest", c.c_int),
        ("next", c.c_void_p),
        ("name", c.c_char_p),
        ("data", c.c_void_p),
        ("open", c.c_void_p),
    ]


class Disk:
    """What was written and not synced, by file, and the copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[int, str] = {}
        self._pending: dict[str, list[tuple[int, bytes | None]]] = defaultdict(list)
        self._lock = threading.Lock()

    def fails(self, how: str) -> bool:
        """Whether the disk is broken in this way now."""
        return (self.folder.parent / how).exists()

    def opened(self, file: int, path: str) -> None:
        with self._lock:
            self.paths[file] = path
            copy = self.folder / Path(path).name
            if not copy.exists():
                shutil.copyfile(path, copy)

    def wrote(self, file: int, at: int, data: bytes | None) -> None:
        with self._lock:
            self._pending[self.paths[file]].append((at, data))

    def synced(self, file: int) -> None:
        with self._lock:
            path = self.paths[file]
            with (self.folder / Path(path).name).open("r+b") as copy:
                for at, data in self._pending.pop(path, []):
                    if data is None:
                        copy.truncate(at)
                    else:
                        copy.seek(at)
                        copy.write(data)


def library() -> Any:
    """The SQLite that Python's own module uses."""
    sqlite3.connect(":memory:").close()
    with Path("/proc/self/maps").open() as maps:
        found = next((line.split()[-1] for line in maps if "libsqlite3" in line), None)
    if found is None:
        raise SystemExit("SQLite is built into Python here: its file methods cannot be reached")
    return c.CDLL(found)


class Unplugged:
    """The wrapped methods. Everything is kept alive here, for C holds only addresses."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        lib = library()
        lib.sqlite3_vfs_find.restype = c.POINTER(Vfs)
        self._vfs = lib.sqlite3_vfs_find(None)
        self._open = OPEN(self._vfs.contents.open)
        self._wrapped: dict[int, Any] = {}
        self._opening = OPEN(self.opening)
        self._vfs.contents.open = c.cast(self._opening, c.c_void_p)

    def opening(self, vfs: int, path: int | None, file: int, flags: int, out: int) -> int:
        done = self._open(vfs, path, file, flags, out)
        if done == 0 and path and flags & KEPT:
            self.disk.opened(file, c.string_at(path).decode())
            here = c.cast(file, c.POINTER(File)).contents
            here.methods = c.pointer(self._methods(here.methods.contents))
        return int(done)

    def _methods(self, theirs: Methods) -> Methods:
        known = self._wrapped.get(c.addressof(theirs))
        if known is None:
            known = self._wrapped[c.addressof(theirs)] = self._wrap(theirs)
        return known[0]  # type: ignore[no-any-return]

    def _wrap(self, theirs: Methods) -> tuple[Methods, Any]:
        disk = self.disk
        write, truncate, sync = (
            kind(theirs.calls[place]) for kind, place in ((WRITE, X_WRITE), (TRUNCATE, X_TRUNCATE), (SYNC, X_SYNC))
        )

        def writing(file: int, data: int, size: int, at: int) -> int:
            if disk.fails(FULL):
                return NO_ROOM
            disk.wrote(file, at, c.string_at(data, size))
            return int(write(file, data, size, at))

        def truncating(file: int, size: int) -> int:
            disk.wrote(file, size, None)
            return int(truncate(file, size))

        def syncing(file: int, flags: int) -> int:
            if disk.fails(UNSYNCED):
                return NOT_SYNCED
            done = int(sync(file, flags))
            disk.synced(file)
            return done

        ours = Methods()
        c.memmove(c.byref(ours), c.byref(theirs), c.sizeof(Methods))
        calls = (WRITE(writing), TRUNCATE(truncating), SYNC(syncing))
        for place, call in zip((X_WRITE, X_TRUNCATE, X_SYNC), calls, strict=True):
            ours.calls[place] = c.cast(call, c.c_void_p)
        return ours, (calls, write, truncate, sync)


def sync_less() -> None:
    """A store that does not sync each commit."""
    pragmas = Embedded._pragmas

    def fewer(self: Embedded, connection: Any, record: Any) -> None:
        pragmas(self, connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    Embedded._pragmas = fewer  # type: ignore[method-assign]


if __name__ == "__main__":
    kept_alive = Unplugged(Disk(Path(os.environ["UNPLUGGED"])))
    if os.environ.get("UNPLUGGED_SYNC") == "NORMAL":
        sync_less()
    main()
