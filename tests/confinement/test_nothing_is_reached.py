"""What a program in namespaces tries to reach, and does not: networks, files, processes, rights."""

import os
import socket
from pathlib import Path

import pytest
from confining import answer_of

from workbook.confinement import Level
from workbook.confinement.command import python_paths

# `tried(action)` is "reached", or how it was refused.
TRIED = """
def tried(action):
    try: action()
    except BaseException as error: return type(error).__name__
    return "reached"
"""


def attempts(source, **keywords):
    """What a program says of its attempts."""
    return answer_of(Level.NAMESPACES, TRIED + source, **keywords)


@pytest.fixture(autouse=True)
def here(namespaces):
    return namespaces


# ---- networks


@pytest.fixture
def listeners():
    """A port, a datagram port and an abstract socket of this computer; nobody may come."""
    name = f"\0workbook-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        datagram.bind(("127.0.0.1", 0))
        abstract.bind(name)
        abstract.listen()
        yield stream, datagram, abstract


def test_no_port_of_this_computer(listeners):
    stream, datagram, _ = listeners
    found = attempts(f"""
say([tried(lambda: socket.create_connection(("127.0.0.1", {stream.getsockname()[1]}), 2)),
     tried(lambda: socket.create_connection(("::1", {stream.getsockname()[1]}), 2)),
     tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
         b"x", ("127.0.0.1", {datagram.getsockname()[1]})))])
""")
    assert "reached" not in found[:2]
    datagram.setblocking(False)  # its own loopback takes a datagram, and it leads nowhere
    with pytest.raises(BlockingIOError):
        datagram.recv(1)


def test_no_abstract_socket_of_this_computer(listeners):
    name = listeners[2].getsockname()
    assert attempts(f"say(tried(lambda: socket.socket(socket.AF_UNIX).connect({name!r})))") == (
        "ConnectionRefusedError"
    )


def test_no_address_elsewhere_and_no_names():
    found = attempts("""
say([tried(lambda: socket.create_connection(("192.0.2.1", 80), 2)),
     tried(lambda: socket.create_connection(("169.254.169.254", 80), 2)),
     tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))),
     tried(lambda: socket.getaddrinfo("example.com", 443))])
""")
    assert found == ["OSError", "OSError", "OSError", "gaierror"]


def test_no_network_device_but_its_own_loopback():
    assert attempts("say([name for _, name in socket.if_nameindex()])") == ["lo"]


def test_no_raw_socket_and_none_to_the_kernel():
    found = attempts("""
say([tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)),
     tried(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))])
""")
    assert "reached" not in found


# ---- files


def test_no_file_that_was_not_named(tmp_path):
    secret = tmp_path / "another-answer.ipynb"
    secret.write_text("mine")
    names = [*map(str, (secret, Path.home(), Path(__file__).resolve())), "/etc/shadow", "/etc/passwd", "/sys"]
    names += ["/var", "/run", f"/proc/1/root{secret}", f"/proc/self/root{secret}"]
    found = attempts(f"say([name for name in {names!r} if tried(lambda: os.stat(name)) == 'reached'])")
    above_python = {str(parent) for path in python_paths() for parent in path.parents}
    assert set(found) - above_python == set()


def test_a_folder_above_what_is_named_shows_nothing_else(tmp_path):
    tmp_path.chmod(0o755)
    for name in ("named", "not-named"):
        (tmp_path / name).mkdir()
    found = attempts(
        f"say(os.listdir({str(tmp_path)!r}))", readable={str(tmp_path / "named"): tmp_path / "named"}
    )
    assert found == ["named"]


def test_nothing_can_be_written_but_its_folder_and_shared_memory():
    found = attempts("""
written = []
for folder, _, _ in os.walk("/"):
    if folder.startswith(("/proc", "/tmp", "/dev/shm", "/usr", "/lib")): continue
    if tried(lambda: os.mknod(folder + "/mine")) == "reached": written.append(folder)
say(written)
""")
    assert found == []


def test_a_link_out_of_what_is_named_leads_nowhere(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "named").mkdir()
    (tmp_path / "secret").write_text("a secret")
    (tmp_path / "named" / "link").symlink_to(tmp_path / "secret")
    source = "say(tried(lambda: open('/course/link').read()))"
    assert attempts(source, readable={"/course": tmp_path / "named"}) == "FileNotFoundError"


def test_what_is_hidden_cannot_be_uncovered_nor_filled(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "text").write_text("the solution")
    found = attempts(
        """
import ctypes
kernel = ctypes.CDLL(None)
kernel.umount2(b"/course/solutions", 2)
kernel.mount(b"/course", b"/tmp", None, 4096, None)
kernel.mount(b"none", b"/course", None, 32 | 4096, None)
kernel.chroot(b"/tmp")
say([os.listdir("/course/solutions"), os.path.exists("/tmp/solutions"),
     tried(lambda: os.chmod("/course/solutions", 0o777)), tried(lambda: open("/course/solutions/mine", "w"))])
""",
        readable={"/course": tmp_path},
        hidden=["/course/solutions"],
    )
    assert found[:2] == [[], False]
    assert "reached" not in found[2:]


def test_the_kernel_cannot_be_set():
    found = attempts("""
names = ["/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger",
         "/proc/sys/kernel/hostname", "/proc/sys/user/max_user_namespaces"]
say([name for name in names if tried(lambda: open(name, "w").write("1")) == "reached"])
""")
    assert found == []


# ---- processes


def test_no_process_of_others_is_seen():
    found = attempts("say(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()))")
    assert found == [1, found[-1]]


def test_the_first_process_cannot_be_used():
    """It is bubblewrap's own, and no filter is in force for it."""
    found = attempts("""
import ctypes
kernel = ctypes.CDLL(None)
say([os.listdir("/proc/1"), kernel.ptrace(16, 1, 0, 0), kernel.process_vm_writev(1, 0, 0, 0, 0, 0)])
""")
    assert found == [[], -1, -1]


# ---- rights


def test_it_is_not_root_and_cannot_become_it():
    found = attempts("""
say([os.getuid(), tried(lambda: os.setuid(0)), tried(lambda: os.setgroups([0])),
     tried(lambda: os.chown("/usr/bin/env", os.getuid(), -1)), tried(lambda: os.nice(-5))])
""")
    assert found[0] != 0
    assert "reached" not in found[1:]


def test_no_program_gives_it_rights():
    """No new privileges: what belongs to root and says that it runs as root does not."""
    found = attempts("""
import subprocess
done = subprocess.run(["/usr/bin/su", "-c", "id", "root"], capture_output=True, input=b"")
say(done.returncode != 0)
""")
    assert found is True


def test_it_makes_no_namespace_and_joins_none():
    found = attempts("""
import ctypes
kernel = ctypes.CDLL(None)
user, mounts, network, processes = 0x10000000, 0x20000, 0x40000000, 0x20000000
kinds = [user, mounts, network, processes, user | mounts, user | network, user | processes]
made = [kind for kind in kinds if kernel.unshare(kind) == 0]
say(made + (["joined"] if kernel.setns(os.open("/proc/self/ns/net", os.O_RDONLY), 0) == 0 else []))
""")
    assert found == []


def test_it_leaves_no_keys_and_no_memory_for_the_next_program_of_its_user():
    """Linux keeps both by user, and they outlive all processes."""
    found = attempts("""
import ctypes
kernel = ctypes.CDLL(None)
add_key, memory = {"x86_64": (248, 29), "aarch64": (217, 194)}[os.uname().machine]
say([kernel.syscall(add_key, b"user", b"note", b"text", 4, -4), kernel.syscall(memory, 0, 4096, 0o1600),
     tried(lambda: os.memfd_create("x"))])
""")
    assert found == [-1, -1, "PermissionError"]


def test_the_calls_of_another_table_are_shut_as_well():
    """The processor's older names for the same calls would go around the filter."""
    found = attempts("""
import ctypes
say(ctypes.CDLL(None).syscall(0x40000000 + 272, 0x10000000))
""")
    assert found == -1


def test_python_works_as_elsewhere():
    found = attempts("""
import subprocess, threading, tempfile, multiprocessing
with tempfile.TemporaryFile() as file: file.write(b"x")
lines = []
threads = [threading.Thread(target=lines.append, args=("thread",)) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
queue = multiprocessing.get_context("fork").Queue()
queue.put("queue")
say([*lines, subprocess.run(["echo", "shell"], capture_output=True, text=True).stdout.strip(), queue.get()])
""")
    assert found == ["thread"] * 3 + ["shell", "queue"]
