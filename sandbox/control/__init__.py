"""What people around the démarche do, asked for by tests over HTTP."""
