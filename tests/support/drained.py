#!/usr/bin/env python3
"""Waits until the reader of the pipe on descriptor 3 has taken all that was written to it."""
import array
import fcntl
import termios
import time

left = array.array("i", [1])
while left[0] > 0:
    time.sleep(0.02)
    fcntl.ioctl(3, termios.FIONREAD, left)
time.sleep(0.3)         # it has been read; the next read waits
