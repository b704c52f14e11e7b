"""Seal an evidence pack: a manifest of hashes, and a zip whose bytes depend on its content alone. Pure."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

from pipeline.alerts.evidence.pack import VERSION, as_json

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_FIRST = (MANIFEST, "README.txt", "change.json", "quotes.json", "articles.json", "trail.txt", "trail.json", SUMS)
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows
_UNIX, _MODE = 3, 0o100644 << 16


def seal(files: Mapping[str, bytes], *, watch: str, asked: str, as_of: str) -> dict[str, bytes]:
    """Return ``files`` with the manifest and the list of hashes.

    Args:
        files: by name.
        watch: the watch's short name.
        asked: what was asked for.
        as_of: the watch's clock, as ISO 8601; may be empty.
    """
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    manifest = as_json(
        {
            "format": "missionwatch-evidence",
            "version": VERSION,
            "watch": watch,
            "asked": asked,
            "as_of": as_of or None,
            "files": [{"name": name, "bytes": len(files[name]), "sha256": digest} for name, digest in hashes.items()],
        }
    )
    hashes = {**hashes, MANIFEST: hashlib.sha256(manifest).hexdigest()}
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items(), key=lambda item: item[0]))
    return {**files, MANIFEST: manifest, SUMS: sums.encode()}


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """Return ``files`` as a zip: the same files give the same bytes on any machine.

    They are stored as they are: what packing makes of them depends on the version of zlib.
    """
    made = io.BytesIO()
    order = {name: place for place, name in enumerate(_FIRST)}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files, key=lambda name: (order.get(name, len(order)), name)):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            archive.writestr(entry, files[name])
    return made.getvalue()
