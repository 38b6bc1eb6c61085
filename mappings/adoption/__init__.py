"""Who adopted a form, what it does not ask, and what may be done before."""
