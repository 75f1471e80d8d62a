"""The standard for its readers: chapters, procedures and versions."""
