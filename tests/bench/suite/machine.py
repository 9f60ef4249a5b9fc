"""What the numbers were measured on."""
import os
import platform


def cpu():
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
            return next(line.split(":", 1)[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def memory_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def describe():
    return {"cpu": cpu(), "cpus": len(os.sched_getaffinity(0)), "kernel": f"{platform.system()} {platform.release()}",
            "machine": platform.machine(), "memory": memory_bytes(), "distribution": distribution()}


def distribution():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return "?"
