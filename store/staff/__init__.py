"""What staff did: accounts, visits, exports, opinions, runs."""
