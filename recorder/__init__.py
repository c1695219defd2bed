"""The candidate's app: captures, detects, seals, keeps and delivers."""
