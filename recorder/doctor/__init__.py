"""The system check: is this computer ready for a session, and if not, what to do?"""

from recorder.doctor.check import Check, Status
from recorder.doctor.examination import Asked, doctor, run_checks

__all__ = ["Asked", "Check", "Status", "doctor", "run_checks"]
