"""files.*: the address for an upload, and putting what was uploaded into a channel or thread."""

from __future__ import annotations

from playground.workspace import posting
from playground.workspace.arguments import Arguments
from playground.workspace.errors import SlackError
from playground.workspace.files import File
from playground.workspace.state import State
from playground.workspace.wire import Json


def get_upload_url(state: State, arguments: Arguments) -> Json:
    length = arguments.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", "[ERROR] must be more than 0 [json-pointer:/length]")
    file = state.files.announce(arguments.text("filename"), length, arguments.optional("alt_txt") or "")
    return {"upload_url": f"{state.address}/upload/{file.upload_key}", "file_id": file.id}


def _uploaded(state: State, named: object) -> File:
    file = state.files.find(str(named.get("id"))) if isinstance(named, dict) else None
    if file is None or file.content is None or file.complete:
        raise SlackError("file_not_found")
    if isinstance(named, dict) and named.get("title"):
        file.title = str(named["title"])
    return file


def complete_upload(state: State, arguments: Arguments) -> Json:
    named = arguments.structure("files")
    if not isinstance(named, list) or not named:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: files")
    name = arguments.optional("channel_id") or arguments.optional("channels")
    channel = state.channel_for_app(name) if name else None
    thread_ts = posting.parent_of(state, channel, arguments.optional("thread_ts")) if channel else None
    files = [_uploaded(state, each) for each in named]
    for file in files:
        file.complete = True
    shown = [file.shown(state.address) for file in files]
    if channel is not None:
        said = posting.Content(text=arguments.optional("initial_comment") or "")
        posting.post(state, channel, said, files=tuple(shown), thread_ts=thread_ts)
    return {"files": shown}


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
