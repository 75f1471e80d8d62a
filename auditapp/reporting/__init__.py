"""Issued PDF reports: building, keeping and handing out."""
