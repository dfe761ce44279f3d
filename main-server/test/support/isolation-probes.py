"""Tries to get out of a container. Prints, as JSON, for each probe whether it succeeded and what it met.

argv[1]: {"tcp": {name: [host, port]}, "udp": {name: [host, port]}, "names": {name: host}}
"""
import ctypes
import ctypes.util
import errno
import glob
import json
import os
import platform
import socket
import sys
import time

libc = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6", use_errno=True)
machine = platform.machine()
SYSCALLS = {
    "x86_64": {"bpf": 321, "perf_event_open": 298, "add_key": 248, "keyctl": 250, "kexec_load": 246,
               "open_by_handle_at": 304, "userfaultfd": 323, "io_uring_setup": 425, "mount_setattr": 442,
               "finit_module": 313, "pivot_root": 155, "process_vm_readv": 310, "clone3": 435},
    "aarch64": {"bpf": 280, "perf_event_open": 241, "add_key": 217, "keyctl": 219, "kexec_load": 104,
                "open_by_handle_at": 265, "userfaultfd": 282, "io_uring_setup": 425, "mount_setattr": 442,
                "finit_module": 273, "pivot_root": 41, "process_vm_readv": 270, "clone3": 435},
}.get(machine, {})
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID = 0x20000, 0x10000000, 0x40000000, 0x20000000
probes = {}


def probe(name):
    def register(attempt):
        probes[name] = attempt
        return attempt
    return register


REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EROFS)


def check(result):
    """A C function's answer. Whoever is told that an argument is wrong has come past the guard."""
    if result != -1:
        return result
    number = ctypes.get_errno()
    if number in REFUSALS:
        raise OSError(number, os.strerror(number))
    return f"past the guard: {os.strerror(number)}"


def libc_call(name, *arguments):
    return lambda: check(getattr(libc, name)(*arguments))


def raw_call(name, *arguments):
    def attempt():
        if name not in SYSCALLS:
            raise OSError(38, "no number for this machine")
        return check(libc.syscall(SYSCALLS[name], *arguments))
    return attempt


def write_back(path):
    """Writes what stands there already: one that succeeds must not harm the machine it ran on."""
    def attempt():
        try:
            with open(path) as file:
                text = file.read()
        except OSError:
            text = ""
        with open(path, "a") as file:
            file.write(text)
    return attempt


def open_to_write(path):
    return lambda: os.close(os.open(path, os.O_WRONLY))


def read_from(path):
    def attempt():
        with open(path, "rb") as file:
            if not file.read(16):
                raise OSError(0, "empty")
    return attempt


def in_child(attempt):
    """What would change this process is tried in another one."""
    def run():
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            try:
                attempt()
                os.write(writer, b"")
                os._exit(0)
            except BaseException as error:
                os.write(writer, str(error).encode()[:200])
                os._exit(1)
        os.close(writer)
        said = os.read(reader, 300).decode(errors="replace")
        os.close(reader)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            raise OSError(0, said or f"ended with {status}")
    return run


def tcp(host, port):
    def attempt():
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.settimeout(2)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            if not connection.recv(16):
                raise OSError(0, "closed without a word")
    return attempt


def udp(host, port):
    def attempt():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.settimeout(2)
            connection.sendto(b"hello", (host, port))
            connection.recvfrom(16)
    return attempt


def open_socket(family, kind, protocol=0):
    return lambda: socket.socket(family, kind, protocol).close()


def unix_socket_anywhere():
    wanted = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock",
              "/run/codex-webapp/provisioner.sock", *glob.glob("/run/**/*.sock", recursive=True),
              *glob.glob("/var/run/**/*.sock", recursive=True)]
    for path in wanted:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.connect(path)
                return path
        except OSError:
            continue
    raise OSError(0, "none found")


def block_device():
    for path in [*glob.glob("/dev/sd*"), *glob.glob("/dev/vd*"), *glob.glob("/dev/nvme*"), "/dev/mem", "/dev/kmem",
                 "/dev/port", "/dev/fuse", "/dev/kvm", "/dev/net/tun"]:
        try:
            os.close(os.open(path, os.O_RDONLY))
            return path
        except OSError:
            continue
    raise OSError(0, "none opens")


def device_of_host():
    os.mknod("/tmp/disk", 0o660 | 0o060000, os.makedev(8, 0))
    os.close(os.open("/tmp/disk", os.O_RDONLY))


def foreign_process():
    """A process that belongs to neither this container's init nor its children."""
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        with open(f"/proc/{pid}/comm") as file:
            if file.read().strip() in ("dockerd", "containerd", "systemd", "kthreadd", "containerd-shim"):
                return pid
    raise OSError(0, "only our own")


def foreign_mount():
    """A folder of the machine among the mounts."""
    # The last two are the program that reaps processes, alone and read-only.
    usual = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/data", "/dev", "/proc", "/sys", "/tmp", "/var/tmp", "/sbin/docker-init", "/usr/sbin/docker-init")
    for line in open("/proc/self/mountinfo"):
        place = line.split()[4]
        if place != "/" and not any(place == one or place.startswith(one + "/") for one in usual):
            return place
    raise OSError(0, "none")


def capability():
    for line in open("/proc/self/status"):
        if line.startswith("Cap") and int(line.split()[1], 16) != 0:
            return line.strip()
    raise OSError(0, "none")


def to_root():
    os.setuid(0)


def cgroup_escape():
    """release_agent of cgroup v1, and memory.max of v2."""
    for path in [*glob.glob("/sys/fs/cgroup/*/release_agent"), *glob.glob("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
                 "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/pids.max", *glob.glob("/sys/fs/cgroup/pids/pids.max")]:
        try:
            with open(path, "a"):
                return path
        except OSError:
            continue
    raise OSError(0, "none can be written")


def change_address():
    import fcntl
    import struct
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sHH4s8x", b"eth0", socket.AF_INET, 0, socket.inet_aton("10.99.0.1"))
        fcntl.ioctl(any_socket, 0x8916, request)


probes.update({
    "has a capability": capability,
    "becomes root": in_child(to_root),
    "opens a raw socket": open_socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP),
    "opens a packet socket": open_socket(17, socket.SOCK_RAW),
    "talks to the kernel's crypto (AF_ALG)": open_socket(38, socket.SOCK_SEQPACKET),
    "talks to the hypervisor (AF_VSOCK)": open_socket(40, socket.SOCK_STREAM),
    "changes its address": in_child(change_address),
    "mounts a file system": libc_call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "mounts another /proc": libc_call("mount", b"proc", b"/tmp", b"proc", 0, None),
    "takes a mount away": libc_call("umount2", b"/etc/hosts", 2),
    "makes a user namespace": in_child(libc_call("unshare", CLONE_NEWUSER)),
    "makes a mount namespace": in_child(libc_call("unshare", CLONE_NEWNS)),
    "makes a network namespace": in_child(libc_call("unshare", CLONE_NEWNET)),
    "makes a process namespace": in_child(libc_call("unshare", CLONE_NEWPID)),
    "changes its root": in_child(libc_call("chroot", b"/tmp")),
    "pivots its root": in_child(raw_call("pivot_root", b"/tmp", b"/tmp")),
    "renames the machine": libc_call("sethostname", socket.gethostname().encode(), len(socket.gethostname())),
    "sets the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "restarts the machine": libc_call("reboot", 0),
    "switches swap on": libc_call("swapon", b"/tmp/none", 0),
    "loads a kernel module": raw_call("finit_module", 0, b"", 0),
    "loads a kernel": raw_call("kexec_load", 0, 0, None, 0),
    "loads a program into the kernel (bpf)": raw_call("bpf", 0, ctypes.create_string_buffer(128), 72),
    "watches the processor (perf)": raw_call("perf_event_open", ctypes.create_string_buffer(128), 0, -1, -1, 0),
    "uses the kernel's keys": raw_call("add_key", b"user", b"name", b"value", 5, -2),
    "opens a file by its handle": raw_call("open_by_handle_at", -1, ctypes.create_string_buffer(b"\x08\0\0\0\1\0\0\0" + b"\0" * 16), 0),
    "makes a device": device_of_host,
    "opens a device of the machine": block_device,
    "finds a socket of the engine": unix_socket_anywhere,
    "finds a folder of the machine": foreign_mount,
    "sees a process of the machine": foreign_process,
    "changes what the kernel runs on a crash": write_back("/proc/sys/kernel/core_pattern"),
    "switches address randomisation off": write_back("/proc/sys/kernel/randomize_va_space"),
    "passes packets on": write_back("/proc/sys/net/ipv4/ip_forward"),
    "presses SysRq": open_to_write("/proc/sysrq-trigger"),
    "sets what the kernel runs for devices": write_back("/sys/kernel/uevent_helper"),
    "lifts its own limits": cgroup_escape,
    "reads the kernel's memory": read_from("/proc/kcore"),
    "reads the kernel's keys": read_from("/proc/keys"),
    "reads the kernel's log": read_from("/dev/kmsg"),
    "reads firmware tables": read_from("/sys/firmware/dmi/tables/DMI"),
    "changes a program of its image": open_to_write("/usr/local/bin/node"),
    "changes who it is": open_to_write("/etc/passwd"),
})

targets = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
for name, (host, port) in targets.get("tcp", {}).items():
    probes[name] = tcp(host, port)
for name, (host, port) in targets.get("udp", {}).items():
    probes[name] = udp(host, port)
for name, host in targets.get("names", {}).items():
    probes[name] = (lambda wanted: lambda: socket.getaddrinfo(wanted, 80))(host)

answers = {}
for name, attempt in probes.items():
    if targets.get("only") and name not in targets["only"]:
        continue
    try:
        met = attempt()
        answers[name] = {"succeeded": True, "met": str(met)[:200]}
    except Exception as error:
        answers[name] = {"succeeded": False, "met": str(error)[:200]}
print(json.dumps(answers))
