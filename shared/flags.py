"""What an incident can be, how grave it is, and what each kind means in words."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How grave an incident is, from a remark to what a proctor should see at once."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position in the order of gravity: 0 for ``info`` up to 4 for ``critical``."""
        return list(Severity).index(self)


class Group(StrEnum):
    """The lane of the timeline, and the accommodation group, a kind belongs to."""

    FACE = "face"
    OBJECTS = "objects"
    VOICE = "voice"
    MACHINE = "machine"
    RECORDER = "recorder"


class Kind(StrEnum):
    """Every kind of incident that version 1 of the protocol knows."""

    FACE_MISSING = "face_missing"
    MULTIPLE_FACES = "multiple_faces"
    LOOKING_AWAY = "looking_away"
    GAZE_AWAY = "gaze_away"
    IDENTITY_MISMATCH = "identity_mismatch"
    CAMERA_BLOCKED = "camera_blocked"
    OBJECT_SEEN = "object_seen"
    HAND_AT_EAR = "hand_at_ear"
    HANDS_HIDDEN = "hands_hidden"
    SPEECH = "speech"
    SECOND_VOICE = "second_voice"
    WINDOW_SWITCH = "window_switch"
    FULLSCREEN_EXIT = "fullscreen_exit"
    PROHIBITED_PROCESS = "prohibited_process"
    CLIPBOARD = "clipboard"
    BLOCKED_KEY = "blocked_key"
    DISPLAY_CHANGE = "display_change"
    VIRTUAL_MACHINE = "virtual_machine"
    REMOTE_SESSION = "remote_session"
    VIRTUAL_CAMERA = "virtual_camera"
    SCREEN_CAPTURE = "screen_capture"
    INPUT_DEVICE = "input_device"
    BLOCKED_ADDRESS = "blocked_address"
    DEBUGGER = "debugger"
    ALTERED_PROGRAM = "altered_program"
    GAP = "gap"
    CLOCK_JUMP = "clock_jump"
    DISK_FULL = "disk_full"
    NETWORK_LOST = "network_lost"
    DETECTOR_DOWN = "detector_down"
    DEVICE_LOST = "device_lost"

    @property
    def group(self) -> Group:
        """The group this kind is shown and accommodated in."""
        return _GROUPS[self]

    @property
    def label(self) -> str:
        """A short English name for timelines and tables."""
        return _LABELS[self]


_GROUPS: dict[Kind, Group] = {
    Kind.FACE_MISSING: Group.FACE,
    Kind.MULTIPLE_FACES: Group.FACE,
    Kind.LOOKING_AWAY: Group.FACE,
    Kind.GAZE_AWAY: Group.FACE,
    Kind.IDENTITY_MISMATCH: Group.FACE,
    Kind.CAMERA_BLOCKED: Group.FACE,
    Kind.OBJECT_SEEN: Group.OBJECTS,
    Kind.HAND_AT_EAR: Group.OBJECTS,
    Kind.HANDS_HIDDEN: Group.OBJECTS,
    Kind.SPEECH: Group.VOICE,
    Kind.SECOND_VOICE: Group.VOICE,
    Kind.WINDOW_SWITCH: Group.MACHINE,
    Kind.FULLSCREEN_EXIT: Group.MACHINE,
    Kind.PROHIBITED_PROCESS: Group.MACHINE,
    Kind.CLIPBOARD: Group.MACHINE,
    Kind.BLOCKED_KEY: Group.MACHINE,
    Kind.DISPLAY_CHANGE: Group.MACHINE,
    Kind.VIRTUAL_MACHINE: Group.MACHINE,
    Kind.REMOTE_SESSION: Group.MACHINE,
    Kind.VIRTUAL_CAMERA: Group.MACHINE,
    Kind.SCREEN_CAPTURE: Group.MACHINE,
    Kind.INPUT_DEVICE: Group.MACHINE,
    Kind.BLOCKED_ADDRESS: Group.MACHINE,
    Kind.DEBUGGER: Group.MACHINE,
    Kind.ALTERED_PROGRAM: Group.MACHINE,
    Kind.GAP: Group.RECORDER,
    Kind.CLOCK_JUMP: Group.RECORDER,
    Kind.DISK_FULL: Group.RECORDER,
    Kind.NETWORK_LOST: Group.RECORDER,
    Kind.DETECTOR_DOWN: Group.RECORDER,
    Kind.DEVICE_LOST: Group.RECORDER,
}

_LABELS: dict[Kind, str] = {
    Kind.FACE_MISSING: "No face in view",
    Kind.MULTIPLE_FACES: "More than one face",
    Kind.LOOKING_AWAY: "Head turned away",
    Kind.GAZE_AWAY: "Eyes off the screen",
    Kind.IDENTITY_MISMATCH: "Face does not match",
    Kind.CAMERA_BLOCKED: "Camera covered",
    Kind.OBJECT_SEEN: "Object in view",
    Kind.HAND_AT_EAR: "Hand at the ear",
    Kind.HANDS_HIDDEN: "Hands out of view",
    Kind.SPEECH: "Speech",
    Kind.SECOND_VOICE: "Second voice",
    Kind.WINDOW_SWITCH: "Other window in front",
    Kind.FULLSCREEN_EXIT: "Full screen left",
    Kind.PROHIBITED_PROCESS: "Prohibited program running",
    Kind.CLIPBOARD: "Clipboard used",
    Kind.BLOCKED_KEY: "Blocked key pressed",
    Kind.DISPLAY_CHANGE: "Display changed",
    Kind.VIRTUAL_MACHINE: "Signs of a virtual machine",
    Kind.REMOTE_SESSION: "Signs of a remote session",
    Kind.VIRTUAL_CAMERA: "Signs of a virtual camera",
    Kind.SCREEN_CAPTURE: "Screen captured by a program",
    Kind.INPUT_DEVICE: "Keyboard or mouse plugged in",
    Kind.BLOCKED_ADDRESS: "Address outside the exam",
    Kind.DEBUGGER: "Recorder watched by a debugger",
    Kind.ALTERED_PROGRAM: "Signs of a changed recorder",
    Kind.GAP: "Evidence missing",
    Kind.CLOCK_JUMP: "Clock changed",
    Kind.DISK_FULL: "Disk full",
    Kind.NETWORK_LOST: "Network lost",
    Kind.DETECTOR_DOWN: "Detector stopped",
    Kind.DEVICE_LOST: "Device lost",
}
