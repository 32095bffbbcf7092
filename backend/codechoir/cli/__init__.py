"""The command `codechoir`: `main` picks a subcommand, one module each (`command_*`)."""
