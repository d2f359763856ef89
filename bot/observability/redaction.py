"""Secrets in typed text are replaced before anything is stored or logged.

A text that changes here held a secret: its command is refused, and the person is told to rotate it. So the rules go
by names and by well-known token shapes, and leave digests, hashes and objects that are merely called `token` alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final

REDACTED: Final = "[redacted]"
_PASSES: Final = 5

_NAMES: Final = (
    r"(?:pass(?:word|wd|phrase|code)s?|pwd|(?<!existing)(?<!pull)(?<!tls)secret|token|credentials?|connection[-_]?string"
    r"|(?:api|access|secret|private|session|encryption|signing|account|license)[-_]?key|(?:client|shared)[-_]?secret"
    r"|dsn|(?<![a-z])pw)\d*"
)
_WRITTEN: Final = (
    r"(?!checksum/)(?=[^\s\"'=]*(?:pass(?:word|wd|phrase)?(?![a-z])|pwd|secret|token|credential|bearer|dsn|authorization"
    r"|(?:api|access|private|session)[-_]?key|(?<![a-z])(?:auth|pw)(?![a-z])))[^\s\"'=]+"
    r"(?<!tokens)(?<![-_.]name)(?<![-_.]ref)(?<![-_.]file)(?<![-_.]path)(?<![-_.]url)(?<![-_.]host)(?<![-_.]port)"
    r"(?<![-_.]ttl)(?<![-_.]service)(?<![-_.]endpoint)"
)
"""A name of a variable, label or annotation that is refused as a secret's (`bot.operations.redaction.SECRETIVE`)."""
_PLAIN: Final = r"(?!(?:true|false|null|none)(?![\w-]))"
_VALUE: Final = r"""(?>(?:\\"(?:(?!\\").)*\\"|"(?:\\.|[^"\\])*"|'[^']*'|["'].*|\\.|[^\s"'\\])+)"""
_JSON: Final = rf"""\\?["'](?P<secret>(?:\\[^"]|[^"'\\])+)(?=\\?["']|\Z)|{_PLAIN}(?P<number>[^\s,}}\]"'\\{{\[]+)"""
_UPPER: Final = (
    r"[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN)(?!S)[A-Z0-9_]*"
    r"(?<!_NAME)(?<!_REF)(?<!_FILE)(?<!_PATH)(?<!_URL)(?<!_HOST)(?<!_PORT)(?<!_TTL)(?<!_SERVICE)(?<!_ENDPOINT)"
)
_STATE: Final = (
    r"(?!(?:expired?|invalid|valid|wrong|missing|required|not|being|rotated|too|in|on|at|the|a|an|set|stored|leaked|ok|"
    r"gone|broken|correct|known|needed|used|unused|rejected|refused|empty|old|new|unchanged|changed|from|by|for)\b)"
)


def _rule(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(pattern, flags | re.DOTALL)


_RULES: Final = (
    _rule(r"(?P<secret>BEGIN [A-Z ]*PRIVATE KEY.*?(?:END [A-Z ]*PRIVATE KEY[A-Z ]*|\Z))"),
    _rule(r"(?<![A-Za-z0-9_-])(?P<secret>eyJ[\w-]{8,}(?:\.[\w=-]*)*)", 0),
    _rule(r"(?P<secret>k8s-aws-v1\.[\w=.-]+)"),
    _rule(r"(?<![a-z0-9])(?P<secret>xox[a-z](?:\.xox[a-z])?-[\w-]{6,}|xapp-[\w-]{6,})"),
    _rule(
        r"(?<![a-z0-9])(?P<secret>gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|npm_\w{30,}|dckr_pat_[\w-]{16,})"
    ),
    _rule(
        r"(?<![A-Za-z0-9])(?P<secret>[sr]k_live_\w{10,}|sk-(?:ant|proj)-[\w-]{10,}|AIza[\w-]{35}|hvs\.[\w-]{16,})", 0
    ),
    _rule(r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[^\s|>\"']+)"),
    _rule(r"(?<![A-Za-z0-9])(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{12,})(?![A-Za-z0-9])", 0),
    _rule(
        r"authorization\\?[\"']?\s*[:=]\s*\\?[\"']?(?:(?:bearer|basic|token|digest)\s+)?(?P<secret>[^\s\"'\\]+[^\"'\n]*)"
    ),
    _rule(r"(?<![\w-])(?:set-)?cookie\s*:\s*(?P<secret>[^\"'\n]+)"),
    _rule(r"[?&;]X-Amz-(?:Signature|Credential|Security-Token)=(?P<secret>[^\s&|>\"']+)"),
    _rule(rf"(?<![\w.\-])[\w.\-]*{_NAMES}:\s*[|>][+-]?[ \t]*\n(?P<secret>.*)"),
    _rule(r"\bkind:\s*[\"']?secret\b.*?\b(?:string)?data:\s(?P<secret>.*)"),
    _rule(r"\b(?:string)?data:\s(?P<secret>.*?)(?=^kind:\s*[\"']?secret\b)", re.IGNORECASE | re.MULTILINE),
    _rule(r"\bbearer\s+(?P<secret>[\w.~+/=-]{16,})"),
    _rule(r"://(?!git@)(?P<secret>[^\s/\"'|<>]+|(?!\d+/)[^\s/:\"'|<>]*:(?!\d+/)[^\s\"'|<>]+)@"),
    _rule(r"://[^\s/\"'|<>@]*:(?P<secret><mailto:[^>]*>?)"),
    _rule(r"<[a-z+]+://(?!git@)[^\s|>/]+@[^|>]*\|(?:[a-z+]+://)?(?P<secret>[^\s|>/]+)@"),
    _rule(rf"--from-l\w*(?:=|\s+)(?![\"'])[^\s=\"']+=(?P<secret>{_VALUE})"),
    _rule(r"--from-l\w*(?:=|\s+)(?P<q>[\"'])[^\s=\"']+=(?P<secret>(?:(?!(?P=q)).)+)"),
    _rule(rf"(?<!\S)--?[\w-]*(?<=-)(?!secret[=\s]){_NAMES}(?:\s+|=)(?!-)(?P<secret>{_VALUE})"),
    _rule(r"(?<!\S)--secret-string(?:\s+|=)(?P<secret>" + _VALUE + ")"),
    _rule(rf"(?<!\S)(?:-u|--user)(?:\s+|=)[^\s:=\"']+:(?P<secret>{_VALUE})"),
    _rule(rf"(?<![\w.\-\"'])(?!--secret=)[\w.\-\[\]]*{_NAMES}\s*=\s*{_PLAIN}(?P<secret>{_VALUE})"),
    _rule(rf"(?<![^\s=])(?P<q>[\"'])[^\s\"'{{=]*{_NAMES}\s*[=:]\s*(?P<secret>(?:(?!(?P=q)).)+)"),
    _rule(rf"(?<![\w]){_UPPER}=(?P<secret>{_VALUE})", 0),
    _rule(rf"(?<![\w.\-/:=@\"'])[\w.\-]*{_NAMES}(?::\s+{_STATE}|:(?=\S{{6}})){_PLAIN}(?P<secret>{_VALUE})"),
    _rule(rf"[\"'][^\s\"'=]*(?:{_NAMES}|(?<![a-z])auth)\\?[\"']\s*:\s*(?:{_JSON})"),
    _rule(rf"\"(?:name|path|key)\\?\"\s*:\s*\\?\"[^\"\s]*{_NAMES}\\?\"\s*,\s*\\?\"value\\?\"\s*:\s*(?:{_JSON})"),
    _rule(
        rf"\"value\\?\"\s*:\s*(?:{_JSON})\\?[\"']?\s*,\s*\\?\"(?:name|path|key)\\?\"\s*:\s*\\?\"[^\"\s]*{_NAMES}\\?\""
    ),
    _rule(
        r"\b(?:password|passwd|passphrase|passcode|pw|secret|token|credentials?|api key|access key)"
        rf"(?:\s+(?:for|of|to|on)\s+\S+)?\s+(?:is|was|are|now|=)\s+(?:now\s+)?{_STATE}(?P<secret>{_VALUE})"
    ),
    _rule(
        rf"(?:パスワ[ー-]ド|パスフレ[ー-]ズ|暗証番号|ト[ー-]クン|秘密鍵|シ[ー-]クレット)\s*(?:は|:|=)\s*(?P<secret>{_VALUE})"
    ),
)
_MAP: Final = _rule(r"\"(?:stringData|data)\\?\"\s*:\s*\{(?P<inside>[^{}]*)\}?")
_MEMBER: Final = _rule(r":\s*\\?\"(?P<secret>(?:\\[^\"]|[^\"\\])+)")
_CREATE: Final = _rule(r"\bcreate\s+secrets?\b(?P<inside>.*)")
_PAIR: Final = _rule(rf"(?<!\S)(?![-\"'])[^\s=]+=(?P<secret>{_VALUE})")
_SETTING: Final = _rule(
    r"(?:\bset\s+env\b|\bannotate\b|\blabel\b|--env\b|--set(?:-string)?\b|\bset\s+data\b)(?P<inside>.*)"
)
_WRITING: Final = _rule(r"(?:\bset\s+env\b|\b(?:annotate|label)\b|\A\s*(?:[^\s=]+-\s+)*(?=[^\s=]+=))(?P<inside>.*)")
"""What sets names to values: a command, or a field of a form that holds nothing else."""
_NAMED: Final = _rule(rf"(?<![^\s=]){_WRITTEN}={_PLAIN}(?P<secret>{_VALUE})")
_NAMED_WHOLE: Final = _rule(rf"(?<!\S)(?P<q>[\"']){_WRITTEN}=(?P<secret>(?:(?!(?P=q)).)+)")
_LOOKS_SECRET: Final = _rule(
    r"=[\"']?(?P<secret>(?=[^\s\"']*[a-z])(?=[^\s\"']*[A-Z])(?=[^\s\"']*\d)[A-Za-z0-9+/_-]{20,}={0,2})(?![^\s\"',])", 0
)
_WITHIN: Final = (
    *((_MAP, _MEMBER), (_CREATE, _PAIR), (_SETTING, _LOOKS_SECRET)),
    *((_WRITING, _NAMED), (_WRITING, _NAMED_WHOLE)),
)
_KEY_ID: Final = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,}|(?i:aws_?access_?key)")
_KEY: Final = _rule(r"(?<![A-Za-z0-9/+=])(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])", 0)
_IMAGE_LINE: Final = re.compile(r"\bset\s+image\b", re.IGNORECASE)
_IMAGE: Final = re.compile(r"(?<!\S)(?!-)[\w.-]+=[\w.:/@-]*[:/][\w.:/@-]*(?!\S)")

_ASCII: Final = {0xFF01 + offset: chr(0x21 + offset) for offset in range(94)} | {
    **dict.fromkeys(map(ord, "‘’‚‛"), "'"),
    **dict.fromkeys(map(ord, "“”„‟«»"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−ー－"), "-"),
}
_CONTINUED: Final = re.compile(r"\\[ \t\r]*\n")
_DASHES: Final = re.compile(r"(?<!\S)[–—―](?=\w)")


def redact(typed: str) -> str:
    """The text with every secret replaced by `[redacted]`; the same text if it has none.

    Takes raw Slack text (escaped, autolinked, curly quotes, long dashes, full-width) as well as plain text.
    Redacting again changes nothing.
    """
    for _ in range(_PASSES):
        spans = _secrets(typed)
        if not spans:
            break
        typed = _replaced(typed, spans)
    return typed


def redact_event(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: every value of a log event redacted, however deep it lies. Comes just before rendering."""
    return {key: _value(key, value) for key, value in event.items()}


_SENSITIVE_KEY: Final = _rule(rf"(?:.*[_.-])?(?:{_NAMES}|authorization|cookie)")


def _value(key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if _SENSITIVE_KEY.fullmatch(key):
        return REDACTED
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {inner: _value(str(inner), each) for inner, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", each) for each in value]
    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    redacted = redact(shown)
    return value if redacted == shown else redacted


def _secrets(typed: str) -> list[tuple[int, int]]:
    """Where secrets stand, merged and in order; what is already redacted is none."""
    shadow, places = _shadow(typed)
    found = sorted(_matches(shadow))
    merged: list[tuple[int, int]] = []
    for start, end in found:
        first, last = places[start], places[end - 1] + 1
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return [(start, end) for start, end in merged if typed[start:end] != REDACTED]


def _matches(shadow: str) -> Iterable[tuple[int, int]]:
    images = [match.span() for match in _IMAGE.finditer(shadow)] if _IMAGE_LINE.search(shadow) else []
    for rule in _RULES:
        for match in rule.finditer(shadow):
            inside_image = any(start <= match.start() < end for start, end in images)
            if not inside_image:
                yield from _spans(match)
    for outer, inner in _WITHIN:
        if outer is _MAP and "ecret" not in shadow and "stringData" not in shadow:
            continue
        for match in outer.finditer(shadow):
            for pair in inner.finditer(shadow, *match.span("inside")):
                yield from _spans(pair)
    if _KEY_ID.search(shadow):
        for match in _KEY.finditer(shadow):
            yield from _spans(match)


def _spans(match: re.Match[str]) -> Iterable[tuple[int, int]]:
    for name in ("secret", "number"):
        if name in match.re.groupindex and match.start(name) < match.end(name):
            yield match.span(name)


def _shadow(typed: str) -> tuple[str, list[int]]:
    """The text as the rules read it, and where each of its characters stands in the original.

    Full-width, curly and long forms are read as ASCII, and characters that cannot be seen are left out. A long dash
    in front of a word is the `--` that a phone made it from.
    """
    characters: list[str] = []
    places: list[int] = []
    long = {match.start() for match in _DASHES.finditer(typed)}
    for place, character in enumerate(typed):
        if unicodedata.category(character) == "Cf":
            continue
        read = "--" if place in long else character.translate(_ASCII)
        characters.append(read)
        places.extend([place] * len(read))
    return _CONTINUED.sub(lambda end: " " * len(end.group()), "".join(characters)), places


def _replaced(typed: str, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [typed[at:start], REDACTED]
        at = end
    return "".join([*pieces, typed[at:]])
