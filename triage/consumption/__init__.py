"""What dispensing tables say of substances."""
