"""Runs the command of one replica and outlives the control plane that asked for it.

    python3 -I -S supervise.py DIRECTORY

DIRECTORY holds `run.json` (what to run) and afterwards everything that is known of it. Starting this program a second
time for the same directory is always harmless: whoever does not get the lock leaves; whoever gets it and finds that a
batch had been started before does not start it again, but ends what is left of it and records the end as LOST.
Plain Python, standard library only, one thread. Linux; elsewhere with process groups only.
"""

import ctypes
import errno
import fcntl
import json
import os
import re
import select
import signal
import sys
import time

# Colours and the like: they are for a terminal, and the last line goes into a sentence.
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])?")

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = 0.5
FAST_TICK = 0.1
TERMINATION_LIMIT = 4096
MARKER = "TIDEWRIGHT_REPLICA"


def prctl(option, value):
    try:
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
    except (OSError, AttributeError):
        pass  # not Linux


def read_text(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def write_atomically(path, text, sync=False):
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        if sync:
            file.flush()
            os.fsync(file.fileno())
    os.replace(temporary, path)


def timestamp():
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"


# --- processes ------------------------------------------------------------------------------------------------------


def stat_of(pid):
    """The fields of /proc/PID/stat after the command's name (so index 0 is field 3), or None."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            line = file.read()
    except OSError:
        return None
    return line[line.rfind(b")") + 2 :].split()


def start_ticks(pid):
    fields = stat_of(pid)
    return int(fields[19]) if fields else 0


def boot_id():
    return read_text("/proc/sys/kernel/random/boot_id").strip() or "-"


def all_pids():
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def children_of(pid):
    try:
        found = []
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += [int(child) for child in file.read().split()]
        return found
    except OSError as error:
        if error.errno in (errno.ESRCH,) or not os.path.exists(f"/proc/{pid}"):
            return []
        if os.path.exists("/proc/self/task") and os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
            return []  # the process ended while it was read
        return [other for other in all_pids() if (fields := stat_of(other)) and int(fields[1]) == pid]


def descendants():
    """Everything below this process that still runs. Orphans come back to us, because we are a subreaper."""
    found, open_ends = [], [os.getpid()]
    while open_ends:
        below = children_of(open_ends.pop())
        found += below
        open_ends += below
    return found


def is_running(pid):
    fields = stat_of(pid)
    return fields is not None and fields[0] not in (b"Z", b"X")


def resident_bytes(pid):
    fields = stat_of(pid)
    return int(fields[21]) * PAGE if fields else 0


def proportional_bytes(pid):
    """Like resident_bytes, but pages shared with others count by their share; dearer to read."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resident_bytes(pid)


def send(pid, number):
    try:
        os.kill(pid, number)
    except OSError:
        pass


def kernel_oom_kills():
    for line in read_text("/proc/vmstat").splitlines():
        if line.startswith("oom_kill "):
            return int(line.split()[1])
    return 0


def sweep(directory, recorded):
    """Ends what an earlier supervisor of this directory left behind when it was killed.

    Such processes are known by the marker in their environment, or by the session that was recorded for them.
    """
    wanted = f"{MARKER}={directory}".encode()
    session = recorded.get("pid", 0) if recorded.get("boot") == boot_id() else 0
    if session and os.path.exists(f"/proc/{session}") and start_ticks(session) != recorded.get("ticks"):
        session = 0  # the number belongs to somebody else now
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        left = [pid for pid in all_pids() if pid != os.getpid() and left_behind(pid, wanted, session)]
        if not left:
            return
        for pid in left:
            send(pid, signal.SIGKILL)
        time.sleep(0.02)


def left_behind(pid, wanted, session):
    fields = stat_of(pid)
    if fields is None or fields[0] in (b"Z", b"X"):
        return False
    if session and int(fields[3]) == session:
        return True
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return wanted in file.read().split(b"\0")
    except OSError:
        return False


# --- log ------------------------------------------------------------------------------------------------------------


class Log:
    """Files named by the absolute offset of their first byte; the oldest goes when there are too many."""

    def __init__(self, directory, segment_bytes, segments):
        self.directory, self.segment_bytes, self.segments = directory, segment_bytes, segments
        self.tail = b""
        os.makedirs(directory, exist_ok=True)
        names = self.names()
        self.start = int(names[-1]) if names else 0
        self.open()

    def names(self):
        return sorted(name for name in os.listdir(self.directory) if name.isdigit())

    def open(self):
        path = os.path.join(self.directory, f"{self.start:020d}")
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self.file).st_size

    def write(self, data):
        self.tail = (self.tail + data)[-4096:]
        while data:
            if self.size >= self.segment_bytes:
                self.rotate()
            try:
                written = os.write(self.file, data[: max(1, self.segment_bytes - self.size)])
            except OSError:
                return  # a full disk must not end the program; these bytes are lost
            self.size += written
            data = data[written:]

    def rotate(self):
        try:
            os.close(self.file)
            self.start += self.size
            self.open()
            for name in self.names()[: -self.segments]:
                os.unlink(os.path.join(self.directory, name))
        except OSError:
            self.file = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)

    def last_line(self):
        text = self.tail.decode("utf-8", "replace")
        lines = [ESCAPES.sub("", line) for line in text.splitlines()]
        lines = ["".join(c for c in line if c.isprintable()).strip() for line in lines]
        lines = [line for line in lines if line]
        return lines[-1][:300] if lines else ""


# --- one run --------------------------------------------------------------------------------------------------------


class Run:
    """One start of the command, until the last of its processes has ended."""

    def __init__(self, supervisor):
        self.supervisor = supervisor
        self.what = supervisor.what
        self.reason = ""
        self.status = None
        self.peak = 0
        self.kill_at = None
        self.started = time.monotonic()
        self.failure = ""
        self.next_sample = 0.0
        self.oom_kills = kernel_oom_kills()

    def start(self):
        environment = self.supervisor.environment()
        self.pipe, write_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK) if hasattr(os, "pipe2") else os.pipe()
        os.set_blocking(self.pipe, False)
        os.set_blocking(write_end, True)
        failure, failed = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            become(self.what, environment, write_end, failed, parent)
        os.close(write_end)
        os.close(failed)
        with open(failure, "rb") as file:  # ends when the command was executed
            self.failure = file.read().decode("utf-8", "replace")
        self.ticks = start_ticks(self.pid)

    def follow(self):
        """Until the command itself has ended; then ends whatever it left behind."""
        while self.status is None:
            self.supervisor.wait(self.pipe, self.until_next_look())
            self.pump()
            self.reap()
            if self.status is None:
                self.look()
        self.end_rest()
        for _ in range(4096):
            if not self.pump():
                break
        os.close(self.pipe)

    def until_next_look(self):
        times = [self.next_sample]
        if self.kill_at is not None:
            times.append(self.kill_at)
        elif self.what.get("deadlineSeconds") is not None:
            times.append(self.started + self.what["deadlineSeconds"])
        return max(0.0, min(times) - time.monotonic())

    def pump(self):
        for _ in range(64):
            try:
                data = os.read(self.pipe, 65536)
            except BlockingIOError:
                return False
            except OSError:
                return False
            if not data:
                self.supervisor.pipe_ended = True
                return False
            self.supervisor.log.write(data)
        return True

    def reap(self):
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.pid:
                self.status = status
                self.peak = max(self.peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))

    def look(self):
        now = time.monotonic()
        if self.supervisor.is_gone():
            self.end_now("STOPPED")
        elif self.kill_at is not None and now >= self.kill_at:
            self.end_now(self.reason)
        elif self.kill_at is None and self.supervisor.is_stopped():
            self.ask_to_end("STOPPED")
        elif self.kill_at is None and now - self.started >= (self.what.get("deadlineSeconds") or float("inf")):
            self.ask_to_end("DEADLINE_EXCEEDED")
        if now >= self.next_sample:
            self.sample(now)

    def sample(self, now):
        limit = self.what.get("memoryBytes") or 0
        family = descendants()
        used = sum(resident_bytes(pid) for pid in family)
        if limit and used > limit:
            used = sum(proportional_bytes(pid) for pid in family)
        self.peak = max(self.peak, used)
        if limit and used > limit and self.reason != "OUT_OF_MEMORY":
            self.end_now("OUT_OF_MEMORY")
        self.next_sample = now + (FAST_TICK if limit and used > limit / 2 else TICK)

    def ask_to_end(self, reason):
        self.reason = reason
        self.kill_at = time.monotonic() + self.what.get("stopGraceSeconds", 10)
        try:
            os.killpg(self.pid, signal.SIGTERM)
        except OSError:
            send(self.pid, signal.SIGTERM)

    def end_now(self, reason):
        self.reason = reason
        self.kill_at = time.monotonic() + 1
        for pid in [self.pid, *descendants()]:
            send(pid, signal.SIGKILL)

    def end_rest(self):
        """Also those that left the process group: whatever is below us belongs to this run."""
        polite_until = time.monotonic() + (0 if self.reason in ("OUT_OF_MEMORY",) else 1)
        if self.kill_at is not None:
            polite_until = min(max(polite_until, self.kill_at), time.monotonic() + 5)
        asked = set()
        give_up = polite_until + 10
        while time.monotonic() < give_up:
            self.reap()
            left = [pid for pid in descendants() if is_running(pid)]
            if not left:
                break
            for pid in left:
                if time.monotonic() >= polite_until:
                    send(pid, signal.SIGKILL)
                elif pid not in asked:
                    asked.add(pid)
                    send(pid, signal.SIGTERM)
            self.supervisor.wait(self.pipe, 0.02)
            self.pump()
        self.reap()

    def result(self):
        code = os.waitstatus_to_exitcode(self.status)
        code = 128 - code if code < 0 else code
        reason = self.reason
        termination = read_bytes_start(self.what["terminationLog"], TERMINATION_LIMIT)
        if self.failure:
            code, reason = 127, reason or "COMMAND_NOT_FOUND"
            termination = termination or self.failure
        elif not reason and code == 128 + signal.SIGKILL and kernel_oom_kills() > self.oom_kills:
            reason = "OUT_OF_MEMORY"
        return {
            "code": code,
            "reason": reason or ("COMPLETED" if code == 0 else "EXIT_CODE"),
            "peakMemoryBytes": self.peak,
            "at": timestamp(),
            "terminationLog": termination,
            "lastLine": self.supervisor.log.last_line(),
            "ranSeconds": round(time.monotonic() - self.started, 3),
        }


def read_bytes_start(path, limit):
    try:
        with open(path, "rb") as file:
            return file.read(limit).decode("utf-8", "ignore")
    except OSError:
        return ""


def become(what, environment, output, failed, parent):
    """In the child: never returns."""
    command = what["command"]
    try:
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(137)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.umask(0o022)
        try:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("500")  # when the machine runs out, workloads go before the control plane
        except OSError:
            pass
        os.chdir(what["workdir"])
        os.execvpe(command[0], command, environment)
    except OSError as error:
        word = "not found" if error.errno == errno.ENOENT else f"could not be started: {error.strerror}"
        os.write(failed, f"command {command[0]!r} {word}".encode("utf-8", "replace"))
    except ValueError as error:
        os.write(failed, f"command {command[0]!r} could not be started: {error}".encode("utf-8", "replace"))
    finally:
        os._exit(127)


# --- the supervisor -------------------------------------------------------------------------------------------------


class Supervisor:
    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        self.stop_asked = False
        self.pipe_ended = False
        self.restarts = 0
        self.last = None

    def main(self):
        os.umask(0o077)
        self.catch_signals()
        try:
            os.chdir(self.directory)
            self.lock = os.open("lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.lockf(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return 0  # somebody else supervises it, or it is gone
        if os.path.exists("exit.json") or self.is_gone():
            return 0
        me = os.getpid()
        write_atomically("pid", f"{me} {start_ticks(me)} {boot_id()}\n")
        with open("run.json", encoding="utf-8") as file:
            self.what = json.load(file)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        for folder in (self.what["workdir"], self.what["home"], self.what["cache"]):
            os.makedirs(folder, exist_ok=True)
        self.log = Log("log", self.what["logSegmentBytes"], self.what["logSegments"])
        if self.take_over() and not self.ended_before_start():
            self.run()
        return 0

    def catch_signals(self):
        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        self.signals = reader
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self.on_term)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def on_term(self, number, frame):
        self.stop_asked = True

    def take_over(self):
        """True when the command may be started: for the first time, or again because it is a service."""
        if not os.path.exists("started"):
            return True
        before = json.loads(read_text("state.json") or "{}")
        sweep(self.directory, before)
        lost = {
            "code": -1,
            "reason": "LOST",
            "peakMemoryBytes": 0,
            "at": timestamp(),
            "terminationLog": "",
            "lastLine": "",
            "ranSeconds": 0,
        }
        if not self.what["restart"]:
            self.finish(lost | {"reason": "STOPPED" if self.is_stopped() else "LOST"})
            return False
        was_running = before.get("phase") == "RUNNING"
        self.last = lost if was_running else before.get("last")
        self.restarts = before.get("restarts", 0) + 1
        return True

    def ended_before_start(self):
        if not self.is_stopped():
            return False
        self.finish(
            {"code": -1, "reason": "STOPPED", "peakMemoryBytes": 0, "at": timestamp(), "terminationLog": "",
             "lastLine": "", "ranSeconds": 0}
        )
        return True

    def run(self):
        pause = self.what.get("firstPauseSeconds", 1)
        while True:
            # From here on a batch counts as started: a second supervisor will not run it, whatever happens to us.
            write_atomically("started", timestamp() + "\n", sync=True)
            self.forget(self.what["terminationLog"])
            run = Run(self)
            self.pipe_ended = False
            run.start()
            self.note("RUNNING", pid=run.pid, ticks=run.ticks)
            run.follow()
            if self.is_gone():
                return
            result = run.result()
            if not self.what["restart"] or self.is_stopped():
                self.finish(result)
                return
            if result["ranSeconds"] >= self.what.get("stableSeconds", 60):
                pause = self.what.get("firstPauseSeconds", 1)
            self.last = result
            self.note("BACKOFF")
            if not self.pause(pause):
                return
            pause = min(pause * 2, self.what.get("longestPauseSeconds", 20))
            self.restarts += 1

    def pause(self, seconds):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.wait(None, min(left, TICK))
            if self.is_gone():
                return False
            if self.is_stopped():
                self.finish(self.last | {"reason": "STOPPED", "at": timestamp()})
                return False
        return True

    def wait(self, pipe, seconds):
        """Sleeps until there is output, a signal, or the time is over."""
        poll = select.poll()
        poll.register(self.signals, select.POLLIN)
        if pipe is not None and not self.pipe_ended:
            poll.register(pipe, select.POLLIN)
        poll.poll(max(0, seconds) * 1000 + 1)
        try:
            while os.read(self.signals, 512):
                pass
        except BlockingIOError:
            pass

    def is_stopped(self):
        if not self.stop_asked and os.path.exists("stop"):
            self.stop_asked = True
        return self.stop_asked

    def is_gone(self):
        """True when the directory was taken away under us: nobody wants this replica any more."""
        try:
            return os.stat(os.path.join(self.directory, "lock")).st_ino != os.fstat(self.lock).st_ino
        except OSError:
            return True

    def environment(self):
        environment = dict(self.what["environment"])
        secrets = self.what.get("secretsFile")
        if secrets:
            try:
                with open(secrets, encoding="utf-8") as file:
                    environment.update(json.load(file))
                if self.what.get("discardSecrets"):
                    os.unlink(secrets)
            except OSError:
                pass
        environment[MARKER] = self.directory
        return environment

    def note(self, phase, **more):
        state = {
            "phase": phase,
            "since": timestamp(),
            "restarts": self.restarts,
            "last": self.last,
            "boot": boot_id(),
            **more,
        }
        write_atomically("state.json", json.dumps(state))

    def finish(self, result):
        write_atomically("exit.json", json.dumps(result), sync=True)

    @staticmethod
    def forget(path):
        try:
            os.unlink(path)
        except OSError:
            pass


def main(directory):
    try:
        os.setsid()  # whatever ends the terminal or the process group of the control plane does not end us
    except OSError:
        pass
    return Supervisor(directory).main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
