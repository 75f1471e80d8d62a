"""Photos kept with answers: accepting, keeping and showing them. A room that fieldwork and review share."""
