"""The command `codechoir`: `main` picks a subcommand, and the modules `commands_*` hold them."""
