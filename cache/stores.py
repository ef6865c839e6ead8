"""The stores by name. A new store is one file and one line here."""

from adf.cache.folder import Folder
from adf.cache.hdf5_store import Hdf5Store
from adf.cache.memory_store import MemoryStore
from adf.cache.store import Store
from adf.cache.zarr_store import ZarrStore
from adf.errors import InputNotFound
from adf.registry import Registry

# A store that shares another's layout stands before it.
STORES: Registry[type[Store]] = Registry("store", MemoryStore, ZarrStore, Hdf5Store)


def find_store(folder: Folder) -> Store:
    """Return the store a folder was written by."""
    for store in STORES.values():
        if store.recognises(folder):
            return store(folder)
    raise InputNotFound(f"{folder} holds no feature cache; is the path right?")
