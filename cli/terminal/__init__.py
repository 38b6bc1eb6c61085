"""What every command shares: output, and French for what is mistyped."""
