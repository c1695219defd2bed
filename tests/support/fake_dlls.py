"""user32 and kernel32 as ctypes calls them: functions over what a test sets, and a thread's
messages as a queue."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

WM_QUIT, WM_TIMER = 0x0012, 0x0113
NONE = 0xFFFFFFFF

# A handle that is cut in half where it is taken for 32 bits.
MODULE, HOOK, WINDOW = 0x7FF6_1234_0000, 0x1_0000_0007, 0x2_0000_0009


@dataclass
class Dlls:
    """The libraries; ``hooks`` are those that are set, ``messages`` of the hook's thread."""

    refuses_hook: bool = False
    hooks: list[int] = field(default_factory=list)
    set_hooks: list[tuple[int, Any, int, int]] = field(default_factory=list)
    messages: SimpleQueue[int] = field(default_factory=SimpleQueue)
    has_queue: bool = False
    timers: list[int] = field(default_factory=list)
    console: int = 1
    listed: list[tuple[int, int]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    keys_down: set[int] = field(default_factory=set)
    sent: list[tuple[int, int, int]] = field(default_factory=list)
    takes_keys: bool = True
    gate: threading.Event | None = None

    def library(self, name: str) -> Any:
        """What `ctypes.WinDLL` opens: every function there is, most of them answering 0."""
        known = {one: getattr(self, one) for one in dir(self) if one[0].isupper()}
        return _Library(known)

    def SetWindowsHookExW(  # noqa: N802
        self, kind: int, procedure: Any, module: int, thread: int
    ) -> int:
        if self.gate is not None:
            self.gate.wait()
        self.set_hooks.append((kind, procedure, module, thread))
        if self.refuses_hook:
            return 0
        self.hooks.append(HOOK + len(self.set_hooks))
        return self.hooks[-1]

    def UnhookWindowsHookEx(self, hook: int) -> int:  # noqa: N802
        self.hooks.remove(hook)
        return 1

    def GetModuleHandleW(self, _name: None) -> int:  # noqa: N802
        return MODULE

    def PeekMessageW(self, *_: Any) -> int:  # noqa: N802
        self.has_queue = True
        return 0

    def PostThreadMessageW(  # noqa: N802
        self, _thread: int, message: int, _one: int, _two: int
    ) -> int:
        if self.has_queue:
            self.messages.put(message)
        return int(self.has_queue)

    def GetMessageW(self, message: Any, *_: Any) -> int:  # noqa: N802
        message._obj.message = self.messages.get()
        return int(message._obj.message != WM_QUIT)

    def SetTimer(  # noqa: N802
        self, _window: None, _number: int, milliseconds: int, _procedure: None
    ) -> int:
        self.timers.append(milliseconds)
        return 1

    def CallNextHookEx(self, _hook: None, _code: int, _message: int, _at: int) -> int:  # noqa: N802
        return 77

    def GetAsyncKeyState(self, key: int) -> int:  # noqa: N802
        return -32768 if key in self.keys_down else 0

    def SendInput(self, count: int, inputs: Any, size: int) -> int:  # noqa: N802
        assert size == ctypes.sizeof(inputs[0])
        if not self.takes_keys:
            return 0
        self.sent += [(one.type, one.ki.wVk, one.ki.dwFlags) for one in inputs]
        return count

    def GetForegroundWindow(self) -> int:  # noqa: N802
        return WINDOW

    def GetWindowThreadProcessId(self, window: int, process: Any) -> int:  # noqa: N802
        process._obj.value = 4711 if window == WINDOW else 0
        return 1

    def WTSGetActiveConsoleSessionId(self) -> int:  # noqa: N802
        return self.console

    def GetRawInputDeviceList(self, listed: Any, count: Any, _size: int) -> int:  # noqa: N802
        if listed is None:
            count._obj.value = len(self.listed)
            return 0
        for place, (handle, kind) in enumerate(self.listed):
            listed[place].hDevice, listed[place].dwType = handle, kind
        return len(self.listed)

    def GetRawInputDeviceInfoW(  # noqa: N802
        self, handle: int, what: int, into: Any, size: Any
    ) -> int:
        self.asked.append(handle)
        name = self.names.get(handle)
        if name is None:
            return NONE
        if what == 0x2000000B:
            into._obj.usUsagePage, into._obj.usUsage = 0x0D, 0x04
            return ctypes.sizeof(into._obj)
        if into is None:
            size._obj.value = len(name) + 1
            return 0
        into.value = name
        return len(name)


class _Library:
    """Functions with a ``restype`` and ``argtypes``, as those of ctypes have."""

    def __init__(self, known: dict[str, Callable[..., Any]]) -> None:
        self._known = known
        self.functions: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self.functions:
            self.functions[name] = _Function(self._known.get(name, lambda *_: 0))
        return self.functions[name]


class _Function(SimpleNamespace):
    def __init__(self, call: Callable[..., Any]) -> None:
        super().__init__(call=call)

    def __call__(self, *values: Any) -> Any:
        assert len(values) == len(self.argtypes), "not as it was declared"
        return self.call(*values)
