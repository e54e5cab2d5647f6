"""No packet leaves this computer while a lab is open.

moto answers requests for AWS's own hosts, but lets others through, and a learner's code may call
anything. So the process itself is sealed at the socket: connecting, sending and looking up a host name
work for loopback addresses only. Jupyter talks to the browser over loopback, and its kernel protocol
does not use Python's sockets, so notebooks do not notice.

A module that is loaded meanwhile may say `from socket import getaddrinfo` and so keep a sealed function for
good. Therefore these ask each time whether the process is sealed.
"""

from __future__ import annotations

import errno
import functools
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from workbook.engine.patches import Patches

_LOOPBACK_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost"}

_seals: list[object] = []
"""What holds the process sealed now."""


class SealedError(ConnectionRefusedError):
    """Something tried to reach a host outside this computer."""


def is_loopback(host: object) -> bool:
    """Whether `host` names this computer itself."""
    if host is None or host in {"", b""} or _is_loopback_name(host):
        return True
    text = _text_of(host).split("%")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _text_of(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _is_loopback_name(host: object) -> bool:
    text = _text_of(host).lower()
    return text in _LOOPBACK_NAMES or text.endswith(".localhost")


def _refuse(host: object) -> None:
    if _seals and not is_loopback(host):
        message = (
            f"the lab is sealed: a connection to {host!r} was refused, nothing left this computer. "
            "Call lab.close() first if you really want to use the network."
        )
        raise SealedError(errno.ECONNREFUSED, message)


def _refuse_lookup(look_up: Callable[..., object]) -> Callable[..., object]:
    """A function of the socket module whose first argument is the host to ask a name server about."""

    @functools.wraps(look_up)
    def sealed(host: object, *arguments: object, **options: object) -> object:
        _refuse(host)
        # A name server may be asked about lab.localhost, but hardly ever about localhost itself (RFC 6761).
        known = "localhost" if _seals and _is_loopback_name(host) else host
        return look_up(known, *arguments, **options)

    return sealed


def _check_address(address: object) -> None:
    if isinstance(address, tuple) and address:  # a path or bytes is a socket of this computer
        host = address[0]
        _refuse("::1" if host in {"0.0.0.0", "::"} else host)  # noqa: S104 - the wildcard connects to oneself


def _sealed_sendmsg(real_sendmsg: Callable[..., int]) -> Callable[..., int]:
    def sendmsg(self: socket.socket, *arguments: Any) -> int:  # noqa: ANN401 - as socket.sendmsg
        if len(arguments) > 3:
            _check_address(arguments[3])
        return real_sendmsg(self, *arguments)

    return sendmsg


def seal(patches: Patches) -> None:
    """Refuse every connection and every look-up that is not for loopback, until the patches are undone."""
    _seals.append(patches)
    patches.on_undo(lambda: _seals.remove(patches))
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_sendto, real_getnameinfo = socket.socket.sendto, socket.getnameinfo

    def connect(self: socket.socket, address: object) -> None:
        _check_address(address)
        real_connect(self, address)  # type: ignore[arg-type]

    def connect_ex(self: socket.socket, address: object) -> int:
        try:
            _check_address(address)
        except SealedError:
            return errno.ECONNREFUSED
        return real_connect_ex(self, address)  # type: ignore[arg-type]

    def sendto(self: socket.socket, data: bytes, *arguments: object) -> int:
        _check_address(arguments[-1])
        return real_sendto(self, data, *arguments)  # type: ignore[call-overload,no-any-return]

    def getnameinfo(address: tuple[Any, ...], flags: int) -> tuple[str, str]:
        if not flags & socket.NI_NUMERICHOST:
            _check_address(address)
        return real_getnameinfo(address, flags)

    patches.set(socket.socket, "connect", connect)
    patches.set(socket.socket, "connect_ex", connect_ex)
    patches.set(socket.socket, "sendto", sendto)
    patches.set(socket, "getnameinfo", getnameinfo)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        patches.set(socket, name, _refuse_lookup(getattr(socket, name)))
    if hasattr(socket.socket, "sendmsg"):  # not on Windows
        patches.set(socket.socket, "sendmsg", _sealed_sendmsg(socket.socket.sendmsg))
