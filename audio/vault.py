"""Where the stories that callers spoke are kept: sealed, in a folder or any store fsspec reaches.

fsspec speaks to folders, S3, SFTP and many more by the kind of the address (`s3://bucket/stories`),
so an operator chooses the store by a setting.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

import fsspec
from fsspec.implementations.local import LocalFileSystem

from core.sealing import Seal, Unreadable


class VaultDown(Exception):
    """The store cannot be reached, or has not what was asked for."""


class Vault:
    """A store of sealed files, by name."""

    def __init__(self, address: str, seal: Seal) -> None:
        """Open a store.

        Raises ValueError for an address of no kind that is known, ImportError (with the name of
        the package) for one that needs a package that is not there.
        """
        self._files, self._folder = fsspec.url_to_fs(address)
        self._seal = seal

    def keep(self, name: str, content: bytes) -> None:
        """Seal and keep a file, and make sure that it can be read; raise VaultDown otherwise."""
        part = f"{self._path(name)}.{secrets.token_hex(4)}.part"
        try:
            self._files.makedirs(self._folder, exist_ok=True)
            self._files.pipe_file(part, self._seal.close_bytes(content))
            self._sync(part)
            self._files.mv(part, self._path(name))
            self._sync(self._folder)
        except Exception as error:  # each kind of store has exceptions of its own
            with suppress(Exception):
                self._files.rm_file(part)
            raise VaultDown(repr(error)) from error
        if self.open(name) != content:
            raise VaultDown(f"{name} reads otherwise than it was written")

    def open(self, name: str) -> bytes:
        """Read a file; raise VaultDown where that cannot be done."""
        try:
            return self._seal.open_bytes(self._files.cat_file(self._path(name)))
        except Unreadable as error:
            raise VaultDown(f"{name}: {error}") from error
        except Exception as error:
            raise VaultDown(repr(error)) from error

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            if self._files.exists(self._path(name)):
                self._files.rm_file(self._path(name))
        except Exception as error:
            raise VaultDown(repr(error)) from error

    def _sync(self, path: str) -> None:
        """Have a folder of this machine write to its disk: no other copy will be left."""
        if isinstance(self._files, LocalFileSystem):
            opened = os.open(path, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)

    def _path(self, name: str) -> str:
        return f"{self._folder.rstrip('/')}/{name}.sealed"
