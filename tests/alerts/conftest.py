"""The store of the storage tests."""

from tests.storage.conftest import folder, shared_store, store, template

__all__ = ["folder", "shared_store", "store", "template"]
