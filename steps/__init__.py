"""What is done, one step after the other, without Prefect."""
