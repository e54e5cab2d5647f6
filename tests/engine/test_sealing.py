"""Sealing: no connection and no look-up outside loopback."""

import asyncio
import errno
import socket
import ssl
import urllib.error
import urllib.request

import pytest

from workbook.engine import Patches
from workbook.engine.sealing import SealedError, is_loopback, seal


@pytest.fixture
def sealed():
    patches = Patches()
    seal(patches)
    yield
    patches.undo_all()


@pytest.mark.parametrize(
    "host",
    [
        "::ffff:127.0.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "localhost",
        "LOCALHOST",
        "lab.localhost",
        b"localhost",
        None,
    ],
)
def test_loopback_is_this_computer(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "::ffff:192.0.2.1",
        "192.0.2.1",
        "169.254.169.254",
        "2001:db8::1",
        "sqs.us-east-1.amazonaws.com",
        "localhost.example.org",
    ],
)
def test_everything_else_is_not(host):
    assert not is_loopback(host)


@pytest.mark.usefixtures("sealed")
def test_a_connection_to_another_computer_is_refused_with_a_text_that_says_so():
    with socket.socket() as outside, pytest.raises(SealedError, match=r"192\.0\.2\.1.*lab\.close\(\)"):
        outside.connect(("192.0.2.1", 80))
    with socket.socket() as outside:
        assert outside.connect_ex(("192.0.2.1", 80)) == errno.ECONNREFUSED


@pytest.mark.usefixtures("sealed")
def test_a_datagram_and_a_look_up_are_refused():
    with socket.socket(type=socket.SOCK_DGRAM) as outside, pytest.raises(SealedError):
        outside.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(SealedError):
        socket.getaddrinfo("example.org", 443)
    with pytest.raises(SealedError):
        socket.gethostbyname("example.org")


@pytest.mark.usefixtures("sealed")
@pytest.mark.skipif(not hasattr(socket.socket, "sendmsg"), reason="Windows has no sendmsg")
def test_a_datagram_in_parts_is_refused():
    with socket.socket(type=socket.SOCK_DGRAM) as outside, pytest.raises(SealedError):
        outside.sendmsg([b"x"], [], 0, ("192.0.2.1", 53))


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize("look_up", ["gethostbyname_ex", "gethostbyaddr"])
def test_every_way_to_ask_a_name_server_is_refused(look_up):
    with pytest.raises(SealedError):
        getattr(socket, look_up)("192.0.2.1")


@pytest.mark.usefixtures("sealed")
def test_the_name_of_an_address_is_not_asked_for_but_its_number_can_be_written():
    with pytest.raises(SealedError):
        socket.getnameinfo(("192.0.2.1", 80), 0)
    assert (
        socket.getnameinfo(("192.0.2.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0] == "192.0.2.1"
    )


@pytest.mark.usefixtures("sealed")
def test_sockets_of_subclasses_of_tls_and_of_asyncio_are_sealed_too():
    class Own(socket.socket):
        pass

    tls = ssl.create_default_context().wrap_socket(socket.socket(), server_hostname="example.org")
    for outside in (Own(), Own(type=socket.SOCK_DGRAM), tls):
        with outside, pytest.raises(SealedError):
            outside.connect(("192.0.2.1", 443))

    async def connect():
        await asyncio.open_connection("192.0.2.1", 443)

    with pytest.raises(SealedError):
        asyncio.run(connect())


@pytest.mark.usefixtures("sealed")
def test_python_libraries_are_sealed_with_it():
    with pytest.raises(urllib.error.URLError, match="sealed"):
        urllib.request.urlopen("http://example.org")


@pytest.mark.usefixtures("sealed")
def test_loopback_works():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        connection, _ = server.accept()
        client.sendall(b"hello")
        assert connection.recv(5) == b"hello"
        connection.close()


def test_unsealing_puts_the_real_functions_back():
    before = [
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
        socket.getaddrinfo,
        dict(vars(socket.socket)),
    ]
    patches = Patches()
    seal(patches)
    patches.undo_all()
    assert before == [
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
        socket.getaddrinfo,
        dict(vars(socket.socket)),
    ]


@pytest.mark.parametrize("name", ["lab.localhost", "LOCALHOST", b"ip6-localhost"])
def test_a_name_of_this_computer_is_never_asked_of_a_name_server(name, monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_: asked.append(host))
    patches = Patches()
    seal(patches)
    socket.getaddrinfo(name, 80)
    patches.undo_all()
    assert asked == ["localhost"]


def test_a_function_that_was_imported_by_name_meanwhile_is_sealed_only_as_long_as_the_process_is(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_: f"address of {host}")
    first = Patches()
    seal(first)
    kept = socket.getaddrinfo
    first.undo_all()
    assert kept("example.org", 80) == "address of example.org"
    second = Patches()
    seal(second)
    with pytest.raises(SealedError):
        kept("example.org", 80)
    second.undo_all()
