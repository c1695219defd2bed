"""What entries of the log are called on its page."""

from __future__ import annotations

from shared.log import Access, Act, Entry, Heads

# Actions that pages name; one that is not here is shown as it is written.
ACTIONS = {
    "access.page": "Saw the session's page",
    "access.media": "Watched or listened",
    "access.flags": "Read the flags",
    "access.verdict": "Saw the verdict",
    "access.snapshot": "Saw a snapshot",
    "access.clip": "Saw a clip",
    "access.photo": "Saw the candidate's photograph",
    "access.document": "Saw the candidate's document",
    "access.picture": "Saw the newest picture",
    "access.conversation": "Read what was said",
    "access.bundle": "Took the bundle",
    "access.report": "Took a report",
    "report.make": "Made a report",
    "export.take": "Took an export",
    "webhook.create": "Set a webhook up",
    "webhook.change": "Changed a webhook",
    "webhook.rotate": "Gave a webhook a new secret",
    "webhook.stop": "Switched a webhook off",
    "webhook.resume": "Switched a webhook on",
    "webhook.pause": "Switched a webhook off that nothing reached",
    "webhook.remove": "Removed a webhook",
    "webhook.ping": "Tried a webhook",
    "webhook.resend": "Sent webhook events again",
    "calendar.create": "Made a calendar link",
    "calendar.revoke": "Took a calendar link back",
    "access.copy": "Took the candidate's copy",
    "flag.decide": "Decided on a flag",
    "note.add": "Noted something",
    "review.assign": "Assigned a review",
    "session.decide": "Decided on a session",
    "session.limit": "The policy's limit was passed",
    "session.begin": "Session began",
    "session.message": "Sent a message",
    "session.warn": "Warned",
    "session.terminate": "Ended the session",
    "session.pause": "Paused the exam",
    "session.resume": "Let the exam go on",
    "session.extra_time": "Gave more time",
    "session.admit": "Let the candidate go on",
    "session.refuse": "Did not let the candidate go on",
    "session.request_clip": "Asked for a clip",
    "session.take": "Took a session on",
    "session.give_back": "Gave a session back",
    "session.seen": "Saw a session's incidents",
    "phrase.add": "Added a phrase",
    "phrase.remove": "Removed a phrase",
    "session.import": "Began to import a recording",
    "session.imported": "Imported a recording",
    "session.destroy": "Began to destroy evidence",
    "session.destroy-stopped": "Stopped destroying: it is held",
    "session.purge": "Destroyed evidence",
    "hold.place": "Placed a legal hold",
    "hold.release": "Released a legal hold",
    "appeal.receive": "Appealed",
    "appeal.look": "Is looking at an appeal",
    "appeal.answer": "Answered an appeal",
    "data-request.receive": "Asked for data or erasure",
    "data-request.check": "Checked who asks for data",
    "data-request.extend": "Extended a request for data",
    "data-request.done": "Carried a request for data out",
    "data-request.refused": "Refused a request for data",
    "consent.withdraw": "Withdrew consent",
    "candidate-link.send": "Sent the link to a candidate's page",
    "candidate-link.renew": "Renewed the link to a candidate's page",
    "candidate-link.revoke": "Revoked the link to a candidate's page",
    "data-protection.change": "Changed the settings of data protection",
    "exam.create": "Created an exam",
    "exam.plan": "Planned an exam",
    "exam.publish": "Published an exam",
    "exam.cancel": "Cancelled an exam",
    "exam.reinstate": "Reinstated an exam",
    "exam.enrol": "Enrolled candidates",
    "enrolment.issue": "Gave out codes",
    "enrolment.revoke": "Revoked codes",
    "enrolment.withdraw": "Withdrew candidates",
    "enrolment.restore": "Took candidates back in",
    "mail.again": "Let letters be sent again",
    "mail.template": "Changed the words of a letter",
    "institution.zone": "Changed the time zone",
    "policy.sign": "Signed a policy",
    "accommodation.create": "Created an accommodation",
    "accommodation.change": "Changed an accommodation",
    "accommodation.archive": "Archived an accommodation",
    "accommodation.restore": "Restored an accommodation",
    "accommodation.give": "Gave a candidate an accommodation",
    "account.create": "Created an account",
    "account.sign-in": "Signed in",
    "account.sign-in-failed": "Failed to sign in",
    "account.sign-out": "Signed out",
    "account.role": "Changed a role",
    "account.deactivate": "Deactivated an account",
    "account.restore": "Took an account back",
    "account.factors-reset": "Reset somebody's second factors",
    "account.password": "Changed the password",
    "account.totp-add": "Set an authenticator app up",
    "account.totp-remove": "Removed the authenticator app",
    "account.passkey-add": "Added a passkey",
    "account.passkey-remove": "Removed a passkey",
    "account.recovery-codes": "Made new recovery codes",
    "account.session-end": "Ended a session",
    "account.sessions-end": "Signed out everywhere",
    "invitation.send": "Invited somebody",
    "invitation.withdraw": "Withdrew an invitation",
    "token.create": "Made an API token",
    "token.revoke": "Revoked an API token",
    "institution.factor": "Changed whether a second factor is asked for",
    "institution.provider": "Changed the institution's own sign-in",
    "institution.create": "Created the institution",
    "institution.move": "Moved the recordings to another region",
    "log.export": "Exported this log",
    "server.restore": "Went on from a backup",
    "heads": "Heads of sessions",
    "key": "New signing key",
}


def particulars(entry: Entry) -> str:
    """What an entry says beyond who, when and what."""
    match entry.body:
        case Heads(sessions=sessions):
            return f"{len(sessions)} session{'s' if len(sessions) != 1 else ''}"
        case Access(stream=stream):
            return stream or ""
        case Act(detail=detail):
            return ", ".join(f"{name} {_short(value)}" for name, value in detail.items())
        case _:
            return ""


def _short(value: object) -> str:
    text = str(value)
    # Hashes and ids are there to be compared, not read.
    return text if len(text) <= 24 else f"{text[:16]}…"
