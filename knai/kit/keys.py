"""Secrets the installation makes for itself on first need, in files only its user may read."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def make_once(path: Path, content: bytes) -> bytes:
    """Write `content` unless somebody else was first; returns what the file holds then."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
    return path.read_bytes()


def secret_text(path: Path) -> str:
    """A random secret of 64 characters, the same at every call."""
    if path.exists():
        return path.read_text()
    return make_once(path, secrets.token_urlsafe(48).encode()).decode()


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key in the PEM file `path`, made on first need."""
    if path.exists():
        pem = path.read_bytes()
    else:
        pem = make_once(
            path,
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path.name} holds {type(key).__name__}; wanted an Ed25519 key.")
    return key
