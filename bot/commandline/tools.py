"""What people paste from a terminal: tools in front, their flags that mean nothing here, verbs that are not served.

Flags are those of kubectl 1.36 (`kubectl options` and the verbs' own), the AWS CLI 2 and eksctl. An operation that
declares such a flag or verb itself takes it; these tables only give the reason where none does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.operations.registry import Registry
from bot.text import Code, Text, text

ALIASES: Final[Mapping[tuple[str, ...], str]] = MappingProxyType(
    {
        ("k",): "kubectl",
        ("kubectl",): "kubectl",
        ("kubectl", "argo", "rollouts"): "kubectl argo rollouts",
        ("k", "argo", "rollouts"): "kubectl argo rollouts",
        ("kubectl-argo-rollouts",): "kubectl argo rollouts",
        ("velero",): "velero",
        ("eksctl",): "eksctl",
        ("aws",): "aws",
        ("helm",): "helm",
    }
)


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """A flag of a tool that has no meaning here: why, whether a value follows, and whether it can just be left out."""

    why: Text
    value: bool = True
    harmless: bool = False


_IDENTITY: Final = text("Everyone acts here as themselves, with their own rights.")
_CONNECTION: Final = text("Clusters and accounts are configured, not typed; choose one by its name.")
_FILES: Final = text("There are no files here.")
_REHEARSAL: Final = text(
    "Every change is rehearsed by the cluster and shown before it is sent; nothing is sent without it."
)
_BREADTH: Final = text("Here it works on what is named, one by one.")
_FORM: Final = text("The answer has one form here.")
_RECORD: Final = text("Who, when and why are always kept in the record.")
_WATCH: Final = text("Roll-outs and changes are followed to their end anyway; anything else is shown as it is now.")


def _flags(names: str, why: Text, *, value: bool = True, harmless: bool = False) -> dict[str, Foreign]:
    return {name: Foreign(why=why, value=value, harmless=harmless) for name in names.split()}


FOREIGN_FLAGS: Final[Mapping[str, Foreign]] = MappingProxyType(
    {
        **_flags("--as --as-group --as-uid --as-user-extra --user --token --username --password", _IDENTITY),
        **_flags("--client-certificate --client-key --profile --assume-role-arn", _IDENTITY),
        **_flags("--kubeconfig --server -s --cluster --certificate-authority --tls-server-name", _CONNECTION),
        **_flags("--endpoint-url --region --cache-dir --proxy-url --kube-context --kubecontext", _CONNECTION),
        **_flags("--insecure-skip-tls-verify --disable-compression --no-verify-ssl", _CONNECTION, value=False),
        **_flags("--filename -f --kustomize -k --from-file --patch-file --cli-input-json --values", _FILES),
        **_flags("--recursive -R", _FILES, value=False),
        **_flags("--dry-run --server-side --validate", _REHEARSAL, value=False),
        **_flags("--all --all-namespaces -A", _BREADTH, value=False),
        **_flags("--selector -l --field-selector", _BREADTH),
        **_flags("--output -o --template --sort-by --query --log-file --vmodule --v -v", _FORM, harmless=True),
        **_flags(
            "--no-headers --show-labels --show-managed-fields --match-server-version", _FORM, value=False, harmless=True
        ),
        **_flags("--warnings-as-errors --no-cli-pager --debug --no-color", _FORM, value=False, harmless=True),
        **_flags("--record --save-config", _RECORD, value=False, harmless=True),
        **_flags("--field-manager", _RECORD, harmless=True),
        **_flags("--watch -w --watch-only --wait", _WATCH, value=False, harmless=True),
        **_flags("--timeout --request-timeout", _WATCH, harmless=True),
    }
)

_TERMINAL: Final = text("It needs a terminal, a file or a port of your own.")
_UNSERVED: Final = text("I do not have it.")
_VERBS: Final = (
    ("exec attach edit port-forward proxy cp debug run plugin completion config kustomize", _TERMINAL),
    ("get describe logs top events explain api-resources api-versions cluster-info wait diff version", _UNSERVED),
    ("create apply delete replace patch expose autoscale scale set label annotate taint", _UNSERVED),
    ("rollout drain cordon uncordon auth certificate", _UNSERVED),
)
FOREIGN_VERBS: Final[Mapping[str, Mapping[str, Text]]] = MappingProxyType(
    {
        "kubectl": {verb: why for verbs, why in _VERBS for verb in verbs.split()},
        "velero": {
            "version": text(
                "Its version is that of its image: {command} shows it.",
                command=Code("describe deployment/velero -n velero"),
            )
        },
    }
)
"""By tool, its verbs that are not served, and why or what does the same here."""


def tool_of(lowered: list[str], registry: Registry) -> tuple[str, int]:
    """The tool that a line begins with and how many words it takes; none is `("", 0)`. The longest one wins."""
    known = {tuple(operation.cli.split()): operation.cli for operation in registry if operation.cli} | dict(ALIASES)
    found = [prefix for prefix in known if tuple(lowered[: len(prefix)]) == prefix]
    longest = max(found, key=len, default=())
    return (known[longest], len(longest)) if longest else ("", 0)
