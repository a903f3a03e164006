"""The nursery with a reader that does what the file says: break, hang, grow. Run as the nursery is."""

import ctypes
import os
import signal
import sys
import time

from services.retrieval.reading import nursery
from services.retrieval.reading.content import Content, Limits, Paragraph


def _obey(data: bytes, name: str, limits: Limits) -> Content:
    match data.decode():
        case "segfault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "sleep":
            signal.pause()
        case "spin":
            while True:
                pass
        case "grow":
            held = []
            while True:
                held.append(bytearray(2**24))
        case "grow in Rust":
            os.write(2, b"memory allocation of 99999999999 bytes failed\n")
            os.abort()
        case "recurse":
            return _obey(data, name, limits)
        case "speak":
            os.write(2, b"x" * 10**6)
            return Content("text/plain", (Paragraph("말했다"),))
        case "write too much":
            while True:
                os.write(1, bytes(2**20))
        case "write what is no content":
            os.write(1, b'{"blocks": 3, "media_type"')
            os._exit(0)
        case "kill the nursery":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        case "look around":
            opened = [fd for fd in range(3, 256) if os.path.exists(f"/proc/self/fd/{fd}")]
            return Content("text/plain", (Paragraph(f"{sorted(os.environ)} {opened}"),))
    return Content("text/plain", (Paragraph(name),))


nursery.read = _obey  # type: ignore[assignment]
sys.setrecursionlimit(1_000)
nursery.main()
