"""The quality desk: queue, the visit as the auditor saw it, asking back, deciding."""
