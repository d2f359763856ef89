"""Velero's kinds (`velero.io/v1`, Velero 1.18). None has a status subresource."""

from __future__ import annotations

from typing import Final

from bot.operations.kinds import Kind, declare_kind

GROUP: Final = "velero.io"
HOME: Final = "velero"
"""The namespace of the server where nobody says another one; its own default."""

BACKUP: Final = declare_kind(Kind(kind="Backup", plural="backups", group=GROUP))
RESTORE: Final = declare_kind(Kind(kind="Restore", plural="restores", group=GROUP))
SCHEDULE: Final = declare_kind(Kind(kind="Schedule", plural="schedules", group=GROUP))
LOCATION: Final = declare_kind(
    Kind(kind="BackupStorageLocation", plural="backupstoragelocations", group=GROUP, short=("bsl",))
)
DELETION: Final = declare_kind(Kind(kind="DeleteBackupRequest", plural="deletebackuprequests", group=GROUP))
DOWNLOAD: Final = Kind(kind="DownloadRequest", plural="downloadrequests", group=GROUP)
"""Not declared: its status holds the address of a file, which is a secret, so `get` must not know it."""
SNAPSHOT_LOCATION: Final = Kind(kind="VolumeSnapshotLocation", plural="volumesnapshotlocations", group=GROUP)
