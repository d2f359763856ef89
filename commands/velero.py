"""`velero`: where backups go; `velero install`, which is refused with the safe way."""

from __future__ import annotations

from typing import Annotated, Final

from bot.errors import Refused
from bot.operations.arguments import Flag, Words
from bot.operations.operation import Family, Right
from bot.operations.reader import Reader
from bot.operations.velero.arguments import GetArguments, VeleroReadArguments
from bot.operations.velero.kinds import LOCATION
from bot.operations.velero.models import Location
from bot.operations.velero.server import all_of
from bot.operations.velero.views import listed
from bot.operations.view import View
from bot.text import Code, text

velero = Family("velero", text("Velero: what is installed and where backups go"), cli="velero")


@velero.read(
    "backup-location get",
    short=("velero get backup-locations", "velero backup-location list"),
    rights=(Right("get", LOCATION), Right("list", LOCATION)),
    example="velero backup-location get",
)
async def get_locations(cluster: Reader, arguments: GetArguments) -> View:
    """List where backups go, and whether Velero reaches it (velero backup-location get)."""
    return await listed(cluster, LOCATION, arguments, Location)


UNUSED: Final = text("not used here")


class InstallArguments(VeleroReadArguments):
    """What people paste; nothing of it is used."""

    words: Annotated[tuple[str, ...], Words("VALUE", UNUSED)] = ()
    provider: Annotated[str, Flag("--provider", "", "VALUE", UNUSED)] = ""
    plugins: Annotated[tuple[str, ...], Flag("--plugins", "", "VALUE", UNUSED)] = ()
    bucket: Annotated[str, Flag("--bucket", "", "VALUE", UNUSED)] = ""
    secret_file: Annotated[str, Flag("--secret-file", "", "VALUE", UNUSED)] = ""
    backup_location_config: Annotated[str, Flag("--backup-location-config", "", "VALUE", UNUSED)] = ""
    snapshot_location_config: Annotated[str, Flag("--snapshot-location-config", "", "VALUE", UNUSED)] = ""
    sa_annotations: Annotated[str, Flag("--sa-annotations", "", "VALUE", UNUSED)] = ""
    no_secret: Annotated[bool, Flag("--no-secret", "", "", UNUSED)] = False
    use_node_agent: Annotated[bool, Flag("--use-node-agent", "", "", UNUSED)] = False
    use_volume_snapshots: Annotated[bool | None, Flag("--use-volume-snapshots", "", "", UNUSED)] = None


@velero.read(
    "install",
    rights=(Right("list", LOCATION),),
    example="velero install",
)
async def install(cluster: Reader, arguments: InstallArguments) -> View:
    """Say what part of Velero is installed; to install it is refused (velero install)."""
    try:
        found = await all_of(cluster, LOCATION, arguments.namespace, Location)
    except Refused as error:
        installed = error.what
    else:
        places = ", ".join(f"{each.metadata.name} ({each.bucket}, {each.status.phase})" for each in found)
        installed = (
            text("It is installed here and writes to {places}.", places=Code(places))
            if found
            else text("It is installed here, without a storage location in {name}.", name=Code(arguments.namespace))
        )
    raise Refused(
        text("Velero is not installed from a chat."),
        why=text("It needs a file of credentials, and makes itself a cluster administrator. {now}", now=installed),
        next=text(
            "Install it from a terminal without a key: give its service account an IAM role (IRSA) with {role}.",
            role=Code("--no-secret --sa-annotations eks.amazonaws.com/role-arn=ROLE"),
        ),
    )
