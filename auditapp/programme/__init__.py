"""The programme manager's desk: network, people, versions, waves and assignments."""
