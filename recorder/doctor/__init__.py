"""The system check: is this computer ready for a session, and if not, what to do?"""
