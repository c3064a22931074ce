"""The object store: write-once objects named by keys."""

from backing.objects.folder import FolderObjectStore
from backing.objects.interface import ObjectStore

__all__ = ["FolderObjectStore", "ObjectStore"]
