"""The auditor's work: visits, brief, filling in, checking and submitting."""
