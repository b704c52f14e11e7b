"""The bill of materials of the lock files in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.supply.locked import Locked


def bill_of_materials(packages: Sequence[Locked], licences: Mapping[str, str]) -> dict[str, Any]:
    """Return the bill. The same locks give the same bill: it has no time and no random number.

    Args:
        packages: as :func:`tests.supply.locked.read_locks` gives them.
        licences: by package name, an SPDX expression; empty or missing where it is not known.
    """
    components = [_component(one, licences.get(one.name, "")) for one in packages]
    own = f"pkg:generic/missionwatch@{version('missionwatch')}"
    serial = uuid5(NAMESPACE_URL, " ".join([own, *(f"{one.purl} {' '.join(one.hashes)}" for one in packages)]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "missionwatch",
                "version": version("missionwatch"),
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "purl": own,
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in components]}],
    }


def _component(package: Locked, licence: str) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        # One hash for each file that may be installed, of all systems: which one it was, the lock does not say.
        "properties": [{"name": "missionwatch:lock:sha256", "value": one} for one in package.hashes],
    }
    if licence:
        component["licenses"] = [{"expression": licence}]
    if package.marker:
        component["properties"].append({"name": "missionwatch:lock:marker", "value": package.marker})
    return component
