"""People of the installation: logging in and out, invitations, sessions, one's own profile."""
