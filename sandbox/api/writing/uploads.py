"""Files that a client sends before it uses them: announced, put, then named by a signed id."""

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.common.errors import Refusal
from sandbox.demarche.links import BadLinkError

if TYPE_CHECKING:
    from sandbox.api.instance import Instance

Json = dict[str, Any]


def announce(instance: "Instance", base_url: str, asked: Json) -> Json:
    """Return where and how to put a file that a client announces, and the id to use it by."""
    number = instance.state.next_id()
    told = {name: asked[name] for name in ("filename", "contentType", "byteSize", "checksum")}
    instance.state.remember(_key(number), told)
    sealed = instance.links.sealed("upload", number)
    headers = {"Content-Type": asked["contentType"], "ETag": _hexadecimal(asked["checksum"])}
    return {
        "url": f"{base_url}/uploads/{sealed}",
        "headers": orjson.dumps(headers).decode(),
        "blobId": number,
        "signedBlobId": instance.links.sealed("blob", number),
    }


def receive(instance: "Instance", opaque: str, headers: Any, content: bytes) -> int:
    """Take the bytes of an announced file; return the HTTP status of the answer."""
    try:
        kind, number = instance.links.unsealed(opaque)
    except (BadLinkError, ValueError):
        return 403
    told = instance.state.meta(_key(number)) if kind == "upload" else None
    if told is None:
        return 404
    wanted = {"content-type": told["contentType"], "etag": _hexadecimal(told["checksum"])}
    if any(headers.get(name) != value for name, value in wanted.items()):
        return 403
    if len(content) != told["byteSize"]:
        return 422
    with instance.state.transaction():
        instance.state.save_blob(_key(number), content)
    return 201


def take(instance: "Instance", signed: str, *, scan: str = "safe") -> Json:
    """Return a file that was put, by its signed id, as dossiers keep files.

    Raises:
        Refusal: its id is not one or too old, it was never put, or is not what was announced.
    """
    try:
        kind, number = instance.links.unsealed(signed)
    except (BadLinkError, ValueError):
        kind, number = "", 0
    told = instance.state.meta(_key(number))
    if kind != "blob" or told is None:
        raise Refusal("L’identifiant du fichier téléversé est invalide")
    content = instance.state.blob(_key(number))
    if content is None:
        raise Refusal("Le fichier n’a pas été correctement téléversé sur le serveur de stockage")
    checksum = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    if checksum != told["checksum"]:
        raise Refusal("Le hash du fichier téléversé est invalide")
    instance.state.save_blob(checksum, content)
    return {
        "filename": told["filename"],
        "content_type": told["contentType"],
        "scan": scan,
        "checksum": checksum,
        "size": len(content),
        "created_at": instance.clock.now(),
    }


def _key(number: int) -> str:
    return f"upload:{number}"


def _hexadecimal(checksum: str) -> str:
    try:
        return base64.b64decode(checksum).hex()
    except ValueError:
        return ""
