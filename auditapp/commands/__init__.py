"""Commands that belong to no room. A module is loaded when its command is called (`cli.COMMANDS`)."""
