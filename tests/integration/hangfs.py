# SPDX-License-Identifier: ISC
"""hangfs: a directory of files, mounted by FUSE, of which some never answer until they are let go.

It speaks the kernel's protocol (linux/fuse.h, version 7.31) by itself: one flat directory, to be read
only, nothing of it cached by the kernel. Needs root, and /dev/fuse.
"""
import ctypes
import errno
import os
import pathlib
import stat
import struct
import tempfile
import threading
import time
import unittest

MNT_DETACH = 2
ROOT = 1
LOOKUP, GETATTR, READLINK, OPEN, READ, STATFS, RELEASE = 1, 3, 5, 14, 15, 17, 18
FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, ACCESS = 25, 26, 27, 28, 29, 34
WITHOUT_ANSWER = (2, 36, 42)  # FORGET, INTERRUPT, BATCH_FORGET
PARALLEL_DIROPS = 1 << 18
DIRECT_IO = 1


def libc():
    return ctypes.CDLL(None, use_errno=True)


class HangingFiles:
    """files: name -> bytes. Use put() to write one, hang() and let_go() for one or more names."""

    def __init__(self):
        if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
            raise unittest.SkipTest("a file system by FUSE needs root and /dev/fuse")
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="mta-stsd-hang-"))
        self.lock = threading.Lock()
        self.names = ["", "."]  # a file's place is its inode number
        self.files = {}
        self.times = {}
        self.hanging = set()
        self.held = []  # requests that wait for let_go
        self.device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self.device},rootmode=40000,user_id=0,group_id=0,allow_other"
        arguments = (b"hangfs", bytes(self.path), b"fuse", 0, options.encode())
        if libc().mount(*arguments) != 0:
            reason = os.strerror(ctypes.get_errno())
            os.close(self.device)
            raise unittest.SkipTest(f"nothing can be mounted here: {reason}")
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        """All that hang get an error, and so end."""
        if self.device is None:
            return
        libc().umount2(bytes(self.path), MNT_DETACH)
        with self.lock:
            for request in self.held:
                self.reply(request[1], errno.EIO)
            self.held = []
            self.hanging = set()
        # The last reference to the mount goes with the last request; then the read below ends.
        self.thread.join(10)
        os.close(self.device)
        self.device = None
        os.rmdir(self.path)

    def put(self, name, content):
        with self.lock:
            if name not in self.names:
                self.names.append(name)
            self.files[name] = content
            self.times[name] = time.time_ns()

    def hang(self, *names):
        with self.lock:
            self.hanging.update(names)

    def let_go(self, *names):
        with self.lock:
            self.hanging.difference_update(names or list(self.hanging))
            held, self.held = self.held, []
        for request in held:
            self.answer(*request)

    def held_names(self):
        """Of the files at which a request hangs now."""
        with self.lock:
            return {request[-1] for request in self.held}

    # ---- The protocol.

    def reply(self, unique, error=0, data=b""):
        header = struct.pack("<IiQ", 16 + len(data), -error, unique)
        try:
            os.write(self.device, header + data)
        except OSError as failure:  # the request was interrupted, or nothing is mounted any more
            if failure.errno not in (errno.ENOENT, errno.ENODEV):
                raise

    def serve(self):
        while True:
            try:
                request = os.read(self.device, 1 << 17)
            except OSError as failure:
                if failure.errno in (errno.EINTR, errno.EAGAIN, errno.ENOENT):
                    continue
                return  # unmounted
            _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
            if opcode not in WITHOUT_ANSWER:
                self.take(opcode, unique, node, request[40:])

    def take(self, opcode, unique, node, body):
        name = body.rstrip(b"\0").decode() if opcode == LOOKUP else self.names[node]
        with self.lock:
            if name in self.hanging and opcode not in (RELEASE, FLUSH):
                self.held.append((opcode, unique, node, body, name))
                return
        self.answer(opcode, unique, node, body, name)

    def attributes(self, name):
        content = self.files.get(name, b"")
        nanoseconds = self.times.get(name, 0)
        seconds, rest = divmod(nanoseconds, 10**9)
        mode = stat.S_IFDIR | 0o755 if name == "." else stat.S_IFREG | 0o644
        inode = self.names.index(name)
        numbers = (inode, len(content), 1, seconds, seconds, seconds, rest, rest, rest, mode)
        return struct.pack("<6Q10I", *numbers, 1, 0, 0, 0, 4096, 0)

    def answer(self, opcode, unique, node, body, name):
        with self.lock:
            error, data = self.work(opcode, name, body)
        self.reply(unique, error, data)

    def work(self, opcode, name, body):
        content = self.files.get(name)
        if opcode == INIT:
            return 0, struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, PARALLEL_DIROPS, 12, 9, 65536, 1, 1, 0, 0)
        if opcode == LOOKUP:
            if content is None:
                return errno.ENOENT, b""
            return 0, struct.pack("<QQQQII", self.names.index(name), 0, 0, 0, 0, 0) + self.attributes(name)
        if opcode == GETATTR:
            return 0, struct.pack("<QII", 0, 0, 0) + self.attributes(name)
        if opcode in (OPEN, OPENDIR):
            return 0, struct.pack("<QII", 0, DIRECT_IO if opcode == OPEN else 0, 0)
        if opcode == READ:
            _, offset, size = struct.unpack_from("<QQI", body)
            return 0, content[offset : offset + size]
        if opcode == READDIR:
            return 0, self.entries(struct.unpack_from("<QQI", body)[1])
        if opcode in (RELEASE, RELEASEDIR, FLUSH, ACCESS):
            return 0, b""
        return errno.ENOSYS, b""

    def entries(self, offset):
        """As many as one answer takes; the kernel asks for those behind them."""
        data = b""
        for place, name in enumerate(self.names[2:], 2):
            raw = name.encode()
            entry = struct.pack("<QQII", place, place, len(raw), stat.S_IFREG >> 12) + raw
            entry += b"\0" * (-len(entry) % 8)
            if len(data) + len(entry) > 4096:
                break
            if place > offset:
                data += entry
        return data
