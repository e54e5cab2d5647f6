"""What crosses between the judge and a learner's process: JSON objects, each with its length.

    4 bytes, the length of what follows | {"conversation": 3, "ask": "sleep", "seconds": 40}

JSON, because nothing that is read here may run anything; and lengths, because what is printed or sent cannot
then be taken for the end of a frame. Whoever reads says how much it takes, so a flood ends in an error and
not in a full memory.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Mapping
from typing import Any

LARGEST = 16 * 1024 * 1024
"""Bytes of one frame: more than the largest answer of AWS that a lab gives."""
HELD = 128 * 1024
"""Bytes that a socket holds for the other side. As many on each machine: how much fits without being taken
decides which of the judge's limits an answer meets first."""
_LENGTH = struct.Struct(">I")


class ChannelError(Exception):
    """What came is no frame; the text says why."""


class ChannelClosed(ChannelError):
    """The other side has ended."""


class ChannelSilent(ChannelError):
    """Nothing came in the time that was given."""


class Channel:
    """One end of a connected socket, for whole frames.

    Args:
        connected: the socket.
        patience: real seconds for the other side to take a frame that is sent; without end, if not given.
    """

    def __init__(self, connected: socket.socket, patience: float | None = None) -> None:
        self._socket = connected
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HELD)
        self._patience = patience
        self._waiting = bytearray()
        self.received = 0
        """Bytes that have come so far."""
        self._sending = threading.Lock()

    def send(self, frame: Mapping[str, Any]) -> None:
        """Send one frame.

        Raises:
            ChannelClosed: nobody is there to take it.
            ChannelSilent: nobody took it in time; what was sent of it is no frame, so nothing more can be.
            ChannelError: it is larger than the other side takes.
        """
        content = json.dumps(frame, separators=(",", ":")).encode()
        if len(content) > LARGEST:
            message = f"a frame of {len(content):,} bytes; the most is {LARGEST:,}"
            raise ChannelError(message)
        with self._sending:
            self._socket.settimeout(self._patience)
            try:
                self._socket.sendall(_LENGTH.pack(len(content)) + content)
            except TimeoutError as error:
                message = f"nobody took a frame for {self._patience} s"
                raise ChannelSilent(message) from error
            except OSError as error:
                raise ChannelClosed(str(error)) from error

    def receive(self, patience: float | None = None) -> dict[str, Any]:
        """The next frame; what has come of it before `patience` real seconds are over is kept.

        Raises:
            ChannelSilent: it did not come in that time.
            ChannelClosed: the other side has ended.
            ChannelError: what came is no frame.
        """
        (length,) = _LENGTH.unpack(self._peek(_LENGTH.size, patience))
        if length > LARGEST:
            message = f"a frame of {length:,} bytes; the most is {LARGEST:,}"
            raise ChannelError(message)
        content = self._peek(_LENGTH.size + length, patience)[_LENGTH.size :]
        del self._waiting[: _LENGTH.size + length]
        return _frame_of(content)

    def close(self) -> None:
        """Send and receive no more."""
        self._socket.close()

    def _peek(self, size: int, patience: float | None) -> bytes:
        self._socket.settimeout(patience)
        while len(self._waiting) < size:
            try:
                # No more than this frame: the next one may be meant for another process that reads here, too.
                came = self._socket.recv(min(size - len(self._waiting), 1 << 20))
            except TimeoutError as error:
                raise ChannelSilent(f"nothing came for {patience} s") from error
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if not came:
                raise ChannelClosed("the other side has ended")
            self._waiting += came
            self.received += len(came)
        return bytes(self._waiting[:size])


def _frame_of(content: bytes) -> dict[str, Any]:
    try:
        frame = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"no JSON: {error}"
        raise ChannelError(message) from error
    if not isinstance(frame, dict):
        message = f"a frame is a JSON object, and not a {type(frame).__name__}"
        raise ChannelError(message)
    return frame
