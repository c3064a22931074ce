"""The object store: write-once objects named by keys.

The S3 adapter is imported from ``backing.objects.s3``: embedded mode never loads boto3.
"""

from backing.objects.folder import FolderObjectStore
from backing.objects.interface import ObjectStore

__all__ = ["FolderObjectStore", "ObjectStore"]
