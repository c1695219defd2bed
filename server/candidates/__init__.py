"""The candidate's own page: what is kept of them, their copy, appeals, requests, consent."""
