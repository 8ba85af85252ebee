"""Reads the setting, runs a job or becomes a service, and leaves the last sentence."""

import os
import signal
import traceback
from typing import Any

from . import carrying, job, service
from .control import Control, Refused
from .ending import STOPPED, Failed, Stopped, last_sentence, say
from .setting import Setting


def main(arguments: list[str]) -> int:
    if arguments not in (["job"], ["service"], ["fetch"], ["carry"]):
        say("use: launch.py job | service | fetch | carry")
        return 2
    log = os.environ.get("TIDEWRIGHT_TERMINATION_LOG")
    warning = ""
    try:
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        setting = Setting.of(dict(os.environ))
        control = Control(setting.api, setting.token, setting.retry_seconds)
        if arguments == ["service"]:
            service.run(setting, control)
        carries = arguments[0] in ("fetch", "carry")
        ended = carrying.run(arguments[0], setting, control) if carries else job.run(setting, control)
        code, reason, message, warning = ended.code, ended.reason, ended.message, ended.warning
    except Failed as fault:
        code, reason, message = fault.code, fault.reason, fault.message
    except Stopped:
        code, reason, message = STOPPED, "COMPLETED", "It was asked to stop before it ran."
    except Refused as fault:
        code, reason, message = 121, "SOURCE_UNAVAILABLE", str(fault)
    except OSError as fault:
        code, reason, message = 121, "SOURCE_UNAVAILABLE", f"The work folder or cache cannot be used: {fault}."
    except Exception as fault:
        traceback.print_exc()
        code, reason, message = 1, "USER_CODE_FAILED", f"The launcher itself failed: {type(fault).__name__}: {fault}"
    say(message if code else f"done: {message}")
    last_sentence(log, reason, message, warning)
    return code


def _stop(number: int, frame: Any) -> None:
    raise Stopped
